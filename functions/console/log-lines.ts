/** A line that is longer comes in pieces, each with the prefix: one that never ends must not fill the memory. */
const MAX_LINE = 64 * 1024;

/** A log whose every line begins with the prefix, in whatever parts it comes: only whole lines are given on. */
export async function* prefixed(log: AsyncIterable<string>, prefix: string): AsyncGenerator<string> {
  let rest = '';
  for await (const part of log) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) lines.push(rest);
    if (rest.length > MAX_LINE) rest = '';
    if (lines.length > 0) yield lines.map((line) => `${prefix}${line}\n`).join('');
  }
  if (rest !== '') yield `${prefix}${rest}\n`;
}
