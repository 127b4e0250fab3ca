import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, rmdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readLog } from '../../scripts/local/cluster/log-reader.ts';
import { writeLog } from '../../scripts/local/cluster/log-writer.ts';
import { temporaryFolder } from './world.ts';

const MEGABYTE = 1024 * 1024;
/** Ten megabytes, and what a pipe holds. */
const BOUND = 10.25 * MEGABYTE;
const line = (text: string, bytes: number) => `${text.padEnd(bytes - 1, '.')}\n`;

let dir: string;
let file: string;
let remove: () => void;
let failures: unknown[];

beforeEach(() => {
  ({ dir, remove } = temporaryFolder());
  file = join(dir, 'log');
  failures = [];
});
afterEach(() => remove());

/** A log that is written, by this test in a process's place. */
function printing() {
  const output = new PassThrough();
  const { done } = writeLog(file, [output], (error) => failures.push(error));
  return {
    print: (text: string | Buffer) => new Promise((printed) => output.write(text, printed)),
    end: () => {
      output.end();
      return done;
    },
  };
}

const onDisk = () => readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);

async function read(options: { tail?: number } = {}): Promise<string> {
  let text = '';
  for await (const part of readLog(file, options, () => true)) text += part;
  return text;
}

test('a log keeps the newest five to ten megabytes, whatever is printed', async () => {
  const log = printing();
  for (let part = 0; part < 14; part += 1) {
    await log.print(line(`${part}`, MEGABYTE));
    expect(onDisk()).toBeLessThanOrEqual(BOUND);
  }
  await log.end();
  expect(onDisk()).toBeLessThanOrEqual(BOUND);
  const text = await read();
  expect(text.length).toBeGreaterThanOrEqual(5 * MEGABYTE);
  expect(text.endsWith(line('13', MEGABYTE))).toBe(true);
  expect(failures).toEqual([]);
});

test('a log that is followed goes on in the next file, and loses nothing', async () => {
  const log = printing();
  const numbers = Array.from({ length: 13 }, (_, number) => line(`${number}`, MEGABYTE));
  let ended = false;
  let text = '';
  const written = (async () => {
    for (const [index, number] of numbers.entries()) {
      await log.print(number);
      await vi.waitFor(() => expect(text.length).toBe((index + 1) * MEGABYTE), { timeout: 10_000 });
    }
    await log.end();
    ended = true;
  })();
  for await (const part of readLog(file, { follow: true }, () => ended)) text += part;
  await written;
  expect(text.length).toBe(13 * MEGABYTE);
  expect(text).toBe(numbers.join(''));
});

test('who follows too slowly is told that a part is left out, and gets what comes after', async () => {
  const log = printing();
  await log.print('first\n');
  let ended = false;
  let text = '';
  for await (const part of readLog(file, { follow: true }, () => ended)) {
    text += part;
    if (text !== 'first\n') continue;
    for (let count = 0; count < 12; count += 1) await log.print(line('unseen', MEGABYTE));
    await log.print('last\n');
    await log.end();
    ended = true;
  }
  expect(text).toContain('a part of the log is left out');
  expect(text.endsWith('last\n')).toBe(true);
});

test('characters that come in two pieces are read whole', async () => {
  const log = printing();
  const letter = Buffer.from('ü');
  await log.print(Buffer.concat([Buffer.from('first '), letter.subarray(0, 1)]));
  let ended = false;
  let text = '';
  for await (const part of readLog(file, { follow: true }, () => ended)) {
    text += part;
    if (text === 'first ') await log.print(Buffer.concat([letter.subarray(1), Buffer.from('!')]));
    if (text === 'first ü!') ended = true;
  }
  await log.end();
  expect(text).toBe('first ü!');
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

test('the last lines begin in the file before where there are few in this one', async () => {
  appendFileSync(`${file}.1`, `${line('zero', MEGABYTE)}one\ntwo, `);
  appendFileSync(file, 'still two\nthree');
  expect(await read({ tail: 2 })).toBe('two, still two\nthree');
  expect(await read({ tail: 3 })).toBe('one\ntwo, still two\nthree');
});

test('of a file that is larger than any string only the end is read', async () => {
  appendFileSync(file, '');
  truncateSync(file, 700 * MEGABYTE);
  appendFileSync(file, '\nthe end\n');
  const text = await read();
  expect(text.length).toBeLessThanOrEqual(BOUND);
  expect(text.endsWith('\nthe end\n')).toBe(true);
  expect(await read({ tail: 1 })).toBe('the end\n');
});

test('a log that is not there is empty', async () => {
  expect(await read()).toBe('');
});

test('what cannot be written is dropped, reported once, and said in the log as soon as it can be', async () => {
  mkdirSync(file);
  const log = printing();
  await log.print('lost ');
  await log.print('as well');
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  rmdirSync(file);
  await log.print('seen\n');
  await log.end();
  expect(await read()).toBe('\n[cite] 12 bytes could not be written\nseen\n');
});

test('a log that cannot be turned over stays bounded', async () => {
  mkdirSync(join(`${file}.1`, 'in the way'), { recursive: true });
  const log = printing();
  for (let part = 0; part < 14; part += 1) await log.print(line(`${part}`, MEGABYTE));
  await log.end();
  expect(statSync(file).size).toBeLessThanOrEqual(BOUND / 2);
  expect(failures).toHaveLength(1);
});

test('a pipe in the place of a log holds nobody up', async () => {
  execFileSync('sh', ['-c', 'mkfifo "$0"', file]);
  const log = printing();
  await log.print('lost');
  await log.end();
  expect(failures).toHaveLength(1);
});
