import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLog, rotateLog } from '../../scripts/local/cluster/log-file.ts';
import { temporaryFolder } from './world.ts';

const MEGABYTE = 1024 * 1024;
let dir: string;
let file: string;
let remove: () => void;

beforeEach(() => {
  ({ dir, remove } = temporaryFolder());
  file = join(dir, 'log');
});
afterEach(() => remove());

async function read(options: { tail?: number } = {}): Promise<string> {
  let text = '';
  for await (const part of readLog(file, options, () => true)) text += part;
  return text;
}

test('a log keeps the newest five to ten megabytes, whatever is written', async () => {
  for (let part = 0; part < 14; part += 1) {
    appendFileSync(file, `${part}`.padEnd(MEGABYTE - 1, '.').concat('\n'));
    rotateLog(file);
  }
  const bytes = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  expect(bytes).toBeLessThanOrEqual(10 * MEGABYTE);
  const text = await read();
  expect(text.length).toBeGreaterThanOrEqual(5 * MEGABYTE);
  expect(text.endsWith(`${'13'.padEnd(MEGABYTE - 1, '.')}\n`)).toBe(true);
});

test('a log that is followed goes on after it was cut, whole characters at a time', async () => {
  const letter = Buffer.from('ü');
  appendFileSync(file, Buffer.concat([Buffer.from('first '), letter.subarray(0, 1)]));
  let ended = false;
  let text = '';
  for await (const part of readLog(file, { follow: true }, () => ended)) {
    text += part;
    if (text === 'first ') appendFileSync(file, Buffer.concat([letter.subarray(1), Buffer.from('!')]));
    if (text === 'first ü!') {
      appendFileSync(file, '.'.repeat(6 * MEGABYTE));
    }
    if (text.length === 'first ü!'.length + 6 * MEGABYTE) {
      rotateLog(file);
      appendFileSync(file, 'after');
      ended = true;
    }
  }
  expect(text.slice(0, 8)).toBe('first ü!');
  expect(text.slice(-6)).toBe('.after');
});

test.each([
  [0, ''],
  [1, 'three\n'],
  [2, 'two\nthree\n'],
  [9, 'one\ntwo\nthree\n'],
])('the last %i lines of three', async (tail, text) => {
  appendFileSync(file, 'one\ntwo\nthree\n');
  expect(await read({ tail })).toBe(text);
});

test('a log that is not there is empty', async () => {
  expect(await read()).toBe('');
});
