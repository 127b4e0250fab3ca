/** A line that is longer comes in pieces: one that never ends must not fill the memory. */
const MAX_LINE = 64 * 1024;

/** A text that comes in parts, line by line; the last one too where it is not ended. */
export async function* lines(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const part of parts) {
    const found = (rest + part).split('\n');
    rest = found.pop() ?? '';
    yield* found;
    if (rest.length > MAX_LINE) yield rest;
    if (rest.length > MAX_LINE) rest = '';
  }
  if (rest !== '') yield rest;
}
