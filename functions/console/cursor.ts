import { z } from 'zod';
import { invalid } from './problem.ts';

const place = z.tuple([z.iso.datetime(), z.string().min(1)]);

/** Where in a list, newest first, a page ended. */
interface Place {
  readonly at: string;
  readonly id: string;
}

/** A page of what was found, for which one more was asked than is shown; `next` is absent on the last one. */
export function pageOf<T>(
  found: readonly T[],
  size: number,
  placeOf: (last: T) => Place,
): { readonly shown: readonly T[]; readonly next?: string } {
  const shown = found.slice(0, size);
  const last = shown.at(-1);
  return last === undefined || found.length <= size ? { shown } : { shown, next: cursorAt(placeOf(last)) };
}

/** A place as a client carries it along: opaque, so that it can become another one. */
const cursorAt = ({ at, id }: Place) => Buffer.from(JSON.stringify([at, id])).toString('base64url');

/** Throws the refusal of what is no cursor of ours. */
export function parseCursor(cursor: string): Place {
  try {
    const [at, id] = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { at, id };
  } catch {
    throw invalid('cursor', 'is not where a page ended', 'Give `next` of the page before, or leave it out.');
  }
}

/** The same for Changes, which are in the order in which they were opened. */
export function changeAfter(cursor: string): { readonly openedAt: string; readonly id: string } {
  const { at: openedAt, id } = parseCursor(cursor);
  return { openedAt, id };
}
