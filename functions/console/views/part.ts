import { RetryableError } from '../../../shared/domain/errors.ts';

/** What is shown of one system: it may be away while the others are not. */
export type Part<T> = { readonly value: T } | { readonly away: string };

/** Waits for it; what may be there at the next try is away, in its own words. Anything else is a fault of ours. */
export async function partOf<T>(work: Promise<T>): Promise<Part<T>> {
  try {
    return { value: await work };
  } catch (err) {
    if (err instanceof RetryableError) return { away: err.message };
    throw err;
  }
}

/** Undefined: it is away. */
export const known = <T>(part: Part<T>): T | undefined => ('value' in part ? part.value : undefined);

/** Why parts are away, each reason once. */
export const reasonsOf = (parts: readonly Part<unknown>[]): readonly string[] => [
  ...new Set(parts.flatMap((part) => ('away' in part ? [part.away] : []))),
];
