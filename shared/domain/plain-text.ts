/** Longest sentence that a record keeps: one of the platform's around one of another system's. */
const MAX_SENTENCE = 2000;

/** What a terminal would act on rather than show: colours and cursor (CSI), titles and links (OSC). */
const SEQUENCE = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)/g;

/** Control characters, line separators, and the marks that turn the direction of text around. */
const UNSEEN = '\\p{Cc}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';
const unseen = new RegExp(`[${UNSEEN}]+`, 'gu');
const unseenInLines = new RegExp(`(?![\\t\\n])[${UNSEEN}]`, 'gu');

/**
 * Words of another system or of a person, for a line that people read (a reason, a status, a title): one line, of
 * bounded length, in which nothing acts or hides. Applied again it changes nothing.
 */
export function sentence(text: string, most = MAX_SENTENCE): string {
  // Twice as much as is kept leaves room for what is taken out, and an endless text costs no more than that.
  const plain = text
    .slice(0, 2 * most)
    .replace(SEQUENCE, '')
    .replace(unseen, ' ')
    .trim();
  return plain.length <= most ? plain.toWellFormed() : `${plain.slice(0, most - 1).toWellFormed()}…`;
}

/** The same for a text of several lines, such as the end of a log. */
export const plainLines = (text: string) =>
  text.replace(SEQUENCE, '').replaceAll('\r\n', '\n').replace(unseenInLines, '').toWellFormed();
