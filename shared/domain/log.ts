import { plainLines } from './plain-text.ts';

/** Longest log that is kept, in bytes of UTF-8 (DESIGN §7). */
const MAX_LOG = 10 * 1024 * 1024;

/** Room for the line that tells of the cut. */
const NOTICE = 100;
/** A line that is longer may be cut inside, or one endless line would cost the whole log. */
const LONG_LINE = 10_000;
const NEWLINE = 0x0a;

/** A log of at most 10 MB: its end, where builds say why they failed. What is cut is said in its first line. */
export function cutLog(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_LOG) return text;
  const start = lineStart(bytes, bytes.length - (MAX_LOG - NOTICE));
  return `[cite] the first ${start} bytes were cut: only the last 10 MB of a log are kept\n${bytes.toString('utf8', start)}`;
}

/** First line that starts there or soon after; in a long line, the first whole character. */
function lineStart(bytes: Buffer, from: number): number {
  const newline = bytes.subarray(from - 1, from + LONG_LINE).indexOf(NEWLINE);
  if (newline !== -1) return from + newline;
  let start = from;
  while (bytes.readUInt8(start) >> 6 === 0b10) start++;
  return start;
}

/** Lines of a log that a verdict shows; the whole log is a link away. */
export const VERDICT_LINES = 20;

/** Characters of them: a log may be one endless line, and a list of Changes holds a hundred verdicts. */
const VERDICT_LENGTH = 8000;

/** The end of a log as a verdict shows it: text that acts on no terminal. */
export function lastWords(log: string): string {
  const end = lastLines(log, VERDICT_LINES);
  return plainLines(end.length > VERDICT_LENGTH ? `…${end.slice(-VERDICT_LENGTH)}` : end).trimEnd();
}

export function lastLines(text: string, count: number): string {
  const lines: string[] = [];
  for (const line of linesFromEnd(text.trimEnd())) {
    lines.push(line);
    if (lines.length === count) break;
  }
  return lines.reverse().join('\n');
}

/** The lines of a log, the last one first: a list of all of them takes 25 times what a log of newlines does. */
export function* linesFromEnd(text: string): Generator<string, void> {
  let end = text.length;
  while (end > 0) {
    const newline = text.lastIndexOf('\n', end - 1);
    yield text.slice(newline + 1, end);
    if (newline === -1) return;
    end = newline;
  }
  yield '';
}

/** Under which the store keeps the log of a Build. */
export const buildLogId = (key: string) => `build/${key}`;
