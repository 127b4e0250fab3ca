import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../scripts/local/store/store.ts';
import { RetryableError } from '../../shared/domain/errors.ts';
import { aChange, aDelivery, START } from './store/fixtures.ts';
import { storeContract } from './store.ts';

storeContract('SQLite', async (clock) => {
  const folder = await mkdtemp(join(tmpdir(), 'cite-store-'));
  const options = { file: join(folder, 'store.db'), clock };
  const store = sqliteStore(options);
  const other = sqliteStore(options);
  return {
    store,
    other,
    close: async () => {
      await store.close();
      await other.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe('the store in SQLite alone', () => {
  const clock = () => new Date(START);
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cite-store-'));
    file = join(folder, 'store.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is shared by processes that make it at once and write all the time, and loses nothing', async () => {
    const writer = fileURLToPath(new URL('store/sqlite-writer.ts', import.meta.url));
    const names = ['a', 'b', 'c', 'd'];
    const each = 500;
    await Promise.all(
      names.map((name) => promisify(execFile)(process.execPath, [writer, file, name, `${each}`])),
    );

    const store = sqliteStore({ file, clock });
    const [change, ...others] = await store.listChanges({});
    expect(others).toEqual([]);
    expect(change?.revision).toBe(1 + names.length * each);
    for (const name of names) expect(await store.getDelivery(`${name}:${each - 1}`)).toBeDefined();
    await store.close();
    const sql = new DatabaseSync(file);
    expect(sql.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    sql.close();
  });

  it('keeps what was stored when it is opened again', async () => {
    const before = sqliteStore({ file, clock });
    const { change } = await before.openChange(aChange('c'));
    await before.close();
    const store = sqliteStore({ file, clock });
    expect(await store.getChange('c')).toEqual(change);
    await store.close();
  });

  it('throws RetryableError while another process holds the file, and goes on when it is free', async () => {
    const store = sqliteStore({ file, clock });
    const holder = new DatabaseSync(file);
    holder.exec('begin immediate');
    await expect(store.recordDelivery(aDelivery('d'))).rejects.toThrow(RetryableError);
    expect(await store.getDelivery('d')).toBeUndefined();
    holder.exec('rollback');
    holder.close();
    expect(await store.recordDelivery(aDelivery('d'))).toBe('new');
    await store.close();
  });

  it('throws RetryableError for a file that cannot be opened', () => {
    expect(() => sqliteStore({ file: join(folder, 'none', 'store.db'), clock })).toThrow(RetryableError);
  });
});
