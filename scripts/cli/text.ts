import { stripVTControlCharacters, styleText } from 'node:util';
import { shownTime } from '../../functions/console/shown-time.ts';

export { ago } from '../../functions/console/shown-time.ts';

/** Control characters but tab and line break, and the marks that turn the direction of text around. */
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** Text of somebody else's, as a terminal may be given it: it moves no cursor and hides nothing. */
export const harmless = (text: string) => stripVTControlCharacters(text).replace(UNSEEN, '');

/** JSON that a terminal may be given: the same value, but escaped what JSON itself leaves as it is. */
export const shownJson = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, null, indent) ?? 'null').replace(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** As `harmless`, on one line, for a table or a sentence. */
export const oneLine = (text: string) => harmless(text.replace(/[\t\r\n]+/g, ' '));

/** A time of the API's as every command shows it. */
export const shownInstant = (iso: string) => shownTime(new Date(iso));

/** A sentence of the platform's on one line, its times as they are shown elsewhere. */
export const spoken = (text: string) =>
  oneLine(text).replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, shownInstant);

export const shortCommit = (commit: string) => commit.slice(0, 7);

export const paint = (style: Parameters<typeof styleText>[0], text: string) =>
  styleText(style, text, { stream: process.stdout });

/** Colour of a state or verdict; plain where standard output is no terminal. */
export function paintState(state: string): string {
  if (/^(failed|refused)|, \S+ (failed|refused)$/i.test(state)) return paint('red', state);
  if (/^(live|deployed)/i.test(state)) return paint('green', state);
  if (/^(superseded|skipped|cancelled|retired)/i.test(state)) return paint('dim', state);
  return paint('yellow', state);
}
