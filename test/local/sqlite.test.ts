import { execFile } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventQueue } from '../../scripts/local/broker/queue.ts';
import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { openSqlite, transaction } from '../../scripts/local/sqlite.ts';
import { sqliteStore } from '../../scripts/local/store/store.ts';
import { RetryableError } from '../../shared/domain/errors.ts';
import { address, temporaryFolder } from './world.ts';

const clock = () => new Date();
const table = 'create table if not exists t (n integer) strict;';
let dir: string;
let remove: () => void;

beforeEach(() => {
  ({ dir, remove } = temporaryFolder());
});
afterEach(() => remove());

test("what the platform keeps is its owner's alone, files of before too", async () => {
  writeFileSync(join(dir, 'broker.sqlite'), '', { mode: 0o644 });
  const cluster = localCluster({ dir, clock, serviceAddress: address });
  const store = sqliteStore({ file: join(dir, 'store.sqlite'), clock });
  const queue = eventQueue(join(dir, 'broker.sqlite'));
  const modes = readdirSync(dir).map(
    (name) => `${name} ${(statSync(join(dir, name)).mode & 0o777).toString(8)}`,
  );
  const made = ['broker', 'cluster', 'store'].flatMap((name) =>
    ['', '-shm', '-wal'].map((kind) => `${name}.sqlite${kind} 600`),
  );
  expect(modes.sort()).toEqual(made);
  cluster.close();
  await store.close();
  queue.close();
});

test('processes that make a file at once all get it', async () => {
  const program = new URL('../../scripts/local/sqlite.ts', import.meta.url).href;
  // All at the same instants, so that they are in each other's way.
  const begin = Date.now() + 1000;
  const code = `
    const { openSqlite } = await import(${JSON.stringify(program)});
    for (let file = 0; file < 40; file += 1) {
      while (Date.now() < ${begin} + file * 20);
      openSqlite(${JSON.stringify(dir)} + '/' + file, ${JSON.stringify(table)}).close();
    }`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  await Promise.all([run(), run(), run()]);
});

test('while another process writes, every part of the platform may try again later', async () => {
  const file = join(dir, 'broker.sqlite');
  const queue = eventQueue(file);
  const holder = new DatabaseSync(file);
  holder.exec('begin immediate');
  const event = { attributes: { id: '1' }, data: Buffer.from('') };
  expect(() => queue.add(event, ['one'], 0)).toThrow(RetryableError);
  holder.exec('rollback');
  holder.close();
  queue.add(event, ['one'], 0);
  expect(queue.pending()).toHaveLength(1);
  queue.close();
});

test('a transaction inside another one is part of that one', () => {
  const database = openSqlite(join(dir, 'one.sqlite'), table);
  const insert = database.prepare('insert into t values (?)');
  const rows = () =>
    database
      .prepare('select n from t')
      .all()
      .map(({ n }) => n);
  expect(() =>
    transaction(database, () => {
      transaction(database, () => insert.run(1));
      throw new Error('of the outer one');
    }),
  ).toThrow('of the outer one');
  expect(rows()).toEqual([]);
  transaction(database, () => insert.run(2));
  expect(rows()).toEqual([2]);
  database.close();
});
