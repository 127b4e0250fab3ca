import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../sqlite.ts';

/**
 * One table for every kind, as etcd has one key space: an object is a row with its version, and the row of `changes`
 * that tells of a write is written in the same transaction. `app` is the label, for listings of one App.
 */
const schema = `
  create table if not exists records (
    kind text not null, namespace text not null, name text not null, uid text not null, version integer not null,
    created text not null, app text, labels text not null, body text not null,
    primary key (kind, namespace, name)
  ) strict, without rowid;
  create index if not exists records_of_app on records (kind, namespace, app);
  create table if not exists changes (
    sequence integer primary key autoincrement, kind text not null, namespace text not null, name text not null,
    uid text not null, verb text not null, labels text not null, at text not null
  ) strict;
  create table if not exists readers (name text primary key, sequence integer not null) strict;
  create table if not exists facts (name text primary key, value text not null) strict;
`;

export const databaseFile = (dir: string) => join(resolve(dir), 'cluster.sqlite');

/** Opens the records of a data folder, made where they are not there. Several processes may have them open at once. */
export function openDatabase(dir: string): DatabaseSync {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return openSqlite(databaseFile(dir), schema);
}
