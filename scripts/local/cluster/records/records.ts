import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { DatabaseSync } from 'node:sqlite';
import { canonicalJson } from '../../../../shared/domain/build.ts';
import { ConflictError } from '../../../../shared/domain/errors.ts';
import { retryable, transaction } from '../../sqlite.ts';
import { databaseFile, openDatabase } from './database.ts';
import type { Bodies, Kind } from './kinds.ts';
import { APP, type Labels } from './labels.ts';

/** One object, as read. `version` is the sequence number of its last change. */
export interface Stored<K extends Kind> {
  readonly kind: K;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly version: number;
  readonly created: string;
  readonly labels: Labels;
  readonly body: Bodies[K];
}

export type Verb = 'add' | 'update' | 'delete';

type Row = Record<'kind' | 'namespace' | 'name' | 'uid' | 'created' | 'labels' | 'body', string> & {
  version: number;
};

/** What the verbs of the cluster need of the objects, wherever these are kept. */
export type Objects = Pick<
  Records,
  'get' | 'list' | 'listAs' | 'insert' | 'update' | 'remove' | 'expect' | 'transaction'
>;

/** Tells the readers in this process at once that a data folder was written; those elsewhere look by themselves. */
export const writes = new EventEmitter({ captureRejections: false }).setMaxListeners(0);

/** The objects of one data folder: read, and written with optimistic concurrency. Nothing here knows what they mean. */
export class Records {
  readonly database: DatabaseSync;
  readonly #file: string;
  readonly #clock: () => Date;
  readonly #sql: ReturnType<typeof statements>;

  constructor(dir: string, clock: () => Date) {
    this.database = openDatabase(dir);
    this.#file = databaseFile(dir);
    this.#clock = clock;
    this.#sql = statements(this.database);
  }

  get<K extends Kind>(kind: K, namespace: string, name: string): Stored<K> | undefined {
    const row = retryable(() => this.#sql.get.get(kind, namespace, name));
    return row && fromRow<K>(row as Row);
  }

  /** Of every namespace, of one, or of one App; by namespace and name. */
  list<K extends Kind>(kind: K, of: { namespace?: string; app?: string } = {}): Stored<K>[] {
    return this.listAs(kind, of, (record) => record);
  }

  /** What is not kept of a record is not in memory either: listings of thousands are. */
  listAs<K extends Kind, T>(
    kind: K,
    of: { namespace?: string; app?: string },
    keep: (record: Stored<K>) => T,
  ): T[] {
    const { all, ofNamespace, ofApp } = this.#sql;
    return retryable(() => {
      if (of.namespace === undefined) return keepEach(all.iterate(kind), keep);
      if (of.app === undefined) return keepEach(ofNamespace.iterate(kind, of.namespace), keep);
      return keepEach(ofApp.iterate(kind, of.namespace, of.app), keep);
    });
  }

  /** Undefined: the name is taken. */
  insert<K extends Kind>(
    kind: K,
    key: { namespace: string; name: string },
    labels: Labels,
    body: Bodies[K],
  ): Stored<K> | undefined {
    return this.transaction(() => {
      if (this.get(kind, key.namespace, key.name)) return undefined;
      const record = { kind, ...key, uid: randomUUID(), created: this.#now(), labels, body };
      const version = this.#changed('add', record);
      this.#sql.insert.run(
        kind,
        key.namespace,
        key.name,
        record.uid,
        version,
        record.created,
        labels[APP] ?? null,
        JSON.stringify(labels),
        JSON.stringify(body),
      );
      return { ...record, version };
    });
  }

  /** Writes it where it differs from `record`; ConflictError where somebody else wrote since it was read. */
  update<K extends Kind>(record: Stored<K>, body: Bodies[K]): Stored<K> {
    return this.transaction(() => {
      this.expect(record, record.version);
      if (canonicalJson(body) === canonicalJson(record.body)) return record;
      const version = this.#changed('update', record);
      this.#sql.update.run(version, JSON.stringify(body), record.kind, record.namespace, record.name);
      return { ...record, body, version };
    });
  }

  /** ConflictError where it was written, or is gone, since it was read. */
  remove(record: Stored<Kind>): void {
    this.transaction(() => {
      this.expect(record, record.version);
      this.#changed('delete', record);
      this.#sql.remove.run(record.kind, record.namespace, record.name);
    });
  }

  /** ConflictError unless the stored object still has this version. */
  expect(record: Pick<Stored<Kind>, 'kind' | 'namespace' | 'name'>, version: number | string): void {
    const now = this.get(record.kind, record.namespace, record.name)?.version;
    if (String(now) !== String(version))
      throw new ConflictError(`${record.kind} ${record.namespace}/${record.name} was written meanwhile`);
  }

  /** All or nothing; readers in this process are woken after it. */
  transaction<T>(run: () => T): T {
    if (this.database.isTransaction) return run();
    const result = transaction(this.database, run);
    writes.emit(this.#file);
    return result;
  }

  /** A fact about the data folder itself: given, or made on first use. */
  fact(name: string, first: () => string): string {
    return this.transaction(() => {
      this.database.prepare('insert into facts values (?, ?) on conflict do nothing').run(name, first());
      return String(this.database.prepare('select value from facts where name = ?').get(name)?.value);
    });
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }

  #now = () => this.#clock().toISOString();

  #changed(verb: Verb, record: Omit<Stored<Kind>, 'version' | 'body'>): number {
    const { kind, namespace, name, uid, labels } = record;
    const result = this.#sql.change.run(
      kind,
      namespace,
      name,
      uid,
      verb,
      JSON.stringify(labels),
      this.#now(),
    );
    return Number(result.lastInsertRowid);
  }
}

function statements(database: DatabaseSync) {
  return {
    get: database.prepare('select * from records where kind = ? and namespace = ? and name = ?'),
    all: database.prepare('select * from records where kind = ? order by namespace, name'),
    ofNamespace: database.prepare('select * from records where kind = ? and namespace = ? order by name'),
    ofApp: database.prepare(
      'select * from records where kind = ? and namespace = ? and app = ? order by name',
    ),
    insert: database.prepare('insert into records values (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    update: database.prepare(
      'update records set version = ?, body = ? where kind = ? and namespace = ? and name = ?',
    ),
    remove: database.prepare('delete from records where kind = ? and namespace = ? and name = ?'),
    change: database.prepare(
      'insert into changes (kind, namespace, name, uid, verb, labels, at) values (?, ?, ?, ?, ?, ?, ?)',
    ),
  };
}

const keepEach = <K extends Kind, T>(rows: Iterable<unknown>, keep: (record: Stored<K>) => T): T[] =>
  Array.from(rows, (row) => keep(fromRow<K>(row as Row)));

/** Our own file is the one thing that is trusted to hold what we wrote into it. */
const fromRow = <K extends Kind>(row: Row): Stored<K> => ({
  kind: row.kind as K,
  namespace: row.namespace,
  name: row.name,
  uid: row.uid,
  version: row.version,
  created: row.created,
  labels: JSON.parse(row.labels) as Labels,
  body: JSON.parse(row.body) as Bodies[K],
});
