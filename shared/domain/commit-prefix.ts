/** Fewest digits that a commit may be asked for by: git's own short form. */
export const SHORTEST_PREFIX = 7;

/** The first 7 to 40 digits of a commit, lower-cased; undefined for a text that can be none. */
export function commitPrefix(text: string): string | undefined {
  return /^[0-9a-f]{7,40}$/i.test(text) ? text.toLowerCase() : undefined;
}
