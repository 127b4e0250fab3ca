import { linesFromEnd } from '../../../shared/domain/log.ts';

/** Lines of a log that a page shows, and how long one of them may be: a log of 10 MB opens as fast as a short one. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 2000;

export interface LogView {
  readonly lines: readonly string[];
  /** Lines that the search found, or that there are: more than are shown. */
  readonly of: number;
}

/** The last lines of a log, or the last of those that hold the words (in any case). Control characters show nothing. */
export function viewLog(text: string, words: string): LogView {
  const wanted = words.toLowerCase();
  const lines: string[] = [];
  let of = 0;
  for (const line of linesFromEnd(text.replace(/\n$/, ''))) {
    if (!line.toLowerCase().includes(wanted)) continue;
    of++;
    if (lines.length < MOST_LINES) lines.push(plain(line));
  }
  return { lines: lines.reverse(), of: text === '' ? 0 : of };
}

const plain = (line: string) =>
  withoutColours(line)
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, MOST_CHARACTERS);

/** What terminals take for colours, and would be noise here. */
const withoutColours = (line: string) => line.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');
