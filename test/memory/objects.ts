import { isDeepStrictEqual } from 'node:util';
import type { Bodies, Kind } from '../../scripts/local/cluster/records/kinds.ts';
import { APP, type Labels } from '../../scripts/local/cluster/records/labels.ts';
import type { Objects, Stored, Verb } from '../../scripts/local/cluster/records/records.ts';
import { ConflictError } from '../../shared/domain/errors.ts';

/** One write, as the sources of events tell it. */
export interface ObjectChange extends Pick<Stored<Kind>, 'kind' | 'namespace' | 'name' | 'uid' | 'labels'> {
  readonly verb: Verb;
  readonly resourceVersion: string;
}

export interface ObjectsSnapshot {
  readonly version: number;
  readonly kinds: ReadonlyMap<Kind, ReadonlyMap<string, Stored<Kind>>>;
}

/** The objects of a cluster without a file: what the records of one machine do, and as fast as a simulation needs it. */
export class MemoryObjects implements Objects {
  /** Writes that nobody was told of yet. */
  readonly changes: ObjectChange[] = [];
  readonly #kinds = new Map<Kind, Map<string, Stored<Kind>>>();
  readonly #clock: () => Date;
  readonly #newUid: () => string;
  #version = 0;
  /** How to take back what the transaction under way has written. */
  #undo: (() => void)[] | undefined;

  /** How many writes there ever were. */
  get writes(): number {
    return this.#version;
  }

  constructor(clock: () => Date, newUid: () => string) {
    this.#clock = clock;
    this.#newUid = newUid;
  }

  get<K extends Kind>(kind: K, namespace: string, name: string): Stored<K> | undefined {
    return this.#of(kind).get(`${namespace}/${name}`) as Stored<K> | undefined;
  }

  list<K extends Kind>(kind: K, of: { namespace?: string; app?: string } = {}): Stored<K>[] {
    return this.listAs(kind, of, (record) => record);
  }

  listAs<K extends Kind, T>(
    kind: K,
    of: { namespace?: string; app?: string },
    keep: (record: Stored<K>) => T,
  ): T[] {
    return [...this.#of(kind).values()]
      .filter(
        ({ namespace, labels }) =>
          (of.namespace === undefined || namespace === of.namespace) &&
          (of.app === undefined || labels[APP] === of.app),
      )
      .toSorted((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name))
      .map((record) => keep(record as Stored<K>));
  }

  insert<K extends Kind>(
    kind: K,
    key: { namespace: string; name: string },
    labels: Labels,
    body: Bodies[K],
  ): Stored<K> | undefined {
    if (this.get(kind, key.namespace, key.name)) return undefined;
    const created = this.#clock().toISOString();
    const record = { kind, ...key, uid: this.#newUid(), created, labels, body: plain(body), version: 0 };
    return this.#put('add', record as Stored<K>);
  }

  update<K extends Kind>(record: Stored<K>, body: Bodies[K]): Stored<K> {
    this.expect(record, record.version);
    const next = plain(body);
    return isDeepStrictEqual(next, record.body) ? record : this.#put('update', { ...record, body: next });
  }

  remove(record: Stored<Kind>): void {
    this.expect(record, record.version);
    this.#keepUndo(record);
    this.#of(record.kind).delete(keyOf(record));
    this.#told('delete', record, ++this.#version);
  }

  expect(record: Pick<Stored<Kind>, 'kind' | 'namespace' | 'name'>, version: number | string): void {
    const now = this.get(record.kind, record.namespace, record.name)?.version;
    if (String(now) !== String(version))
      throw new ConflictError(`${record.kind} ${record.namespace}/${record.name} was written meanwhile`);
  }

  transaction<T>(run: () => T): T {
    if (this.#undo) return run();
    const undo: (() => void)[] = [];
    const told = this.changes.length;
    this.#undo = undo;
    try {
      return run();
    } catch (err) {
      for (const step of undo.toReversed()) step();
      this.changes.length = told;
      throw err;
    } finally {
      this.#undo = undefined;
    }
  }

  /** A copy of all objects; nothing is changed in place, so that copies of the maps are enough. */
  snapshot(): ObjectsSnapshot {
    return {
      version: this.#version,
      kinds: new Map([...this.#kinds].map(([kind, all]) => [kind, new Map(all)])),
    };
  }

  restore({ version, kinds }: ObjectsSnapshot): void {
    this.#version = version;
    this.#kinds.clear();
    for (const [kind, all] of kinds) this.#kinds.set(kind, new Map(all));
  }

  #of(kind: Kind): Map<string, Stored<Kind>> {
    const there = this.#kinds.get(kind);
    if (there) return there;
    const made = new Map<string, Stored<Kind>>();
    this.#kinds.set(kind, made);
    return made;
  }

  #put<K extends Kind>(verb: Verb, given: Stored<K>): Stored<K> {
    this.#keepUndo(given);
    const record = { ...given, version: ++this.#version };
    this.#of(record.kind).set(keyOf(record), record as Stored<Kind>);
    this.#told(verb, record as Stored<Kind>, record.version);
    return record;
  }

  #told(verb: Verb, { kind, namespace, name, uid, labels }: Stored<Kind>, version: number): void {
    this.changes.push({ kind, namespace, name, uid, labels, verb, resourceVersion: String(version) });
  }

  #keepUndo(record: Stored<Kind>): void {
    const kind = this.#of(record.kind);
    const before = kind.get(keyOf(record));
    this.#undo?.push(() => {
      if (before) kind.set(keyOf(record), before);
      else kind.delete(keyOf(record));
    });
  }
}

const keyOf = ({ namespace, name }: Pick<Stored<Kind>, 'namespace' | 'name'>) => `${namespace}/${name}`;
const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** As a file would give it back: a copy of its own, without what is undefined. */
const plain = <T>(body: T): T => JSON.parse(JSON.stringify(body)) as T;
