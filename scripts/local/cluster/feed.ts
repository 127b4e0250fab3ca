import { setTimeout as sleep } from 'node:timers/promises';
import { databaseFile } from './records/database.ts';
import type { Kind } from './records/kinds.ts';
import type { Labels } from './records/labels.ts';
import { Records, type Verb, writes } from './records/records.ts';

/** One write to one object, named as Kubernetes names it. What the object is now has to be read: it may have gone on. */
export interface RecordChange {
  readonly sequence: number;
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly verb: Verb;
  readonly labels: Labels;
  readonly resourceVersion: string;
  readonly at: Date;
}

/** How often the writes of other processes are looked for. One look is one page of the shared memory of the database. */
const POLL_MS = 20;
const BATCH = 500;
/** A change that a durable reader has had is kept this long for the readers that keep no place. */
const KEEP_MS = 10 * 60_000;
const PRUNE_EVERY_MS = 60_000;
const RETRY_MS = { first: 100, most: 5000 };

export interface TailOptions {
  readonly records: Records;
  readonly dir: string;
  /** Changes after this one are told. */
  readonly from: number;
  readonly signal: AbortSignal;
  /** One at a time, in order. When it fails it is called again with the same change, until it does not. */
  readonly deliver: (change: RecordChange) => Promise<void>;
}

/** Tells every change after `from`, until the signal; wakes at once for writes of this process. */
export async function tail({ records, dir, from, signal, deliver }: TailOptions): Promise<void> {
  const version = records.database.prepare('pragma data_version');
  const after = records.database.prepare(
    'select * from changes where sequence > ? order by sequence limit ?',
  );
  const wake = waker(databaseFile(dir), signal);
  let position = from;
  try {
    while (!signal.aborted) {
      // Read before the changes: a write between the two then counts as not yet seen.
      const seen = version.get()?.data_version;
      wake.arm();
      const batch = after.all(position, BATCH).map(toChange);
      for (const change of batch) {
        await delivered(change, deliver, signal);
        if (signal.aborted) return;
        position = change.sequence;
      }
      while (batch.length === 0 && !signal.aborted && !wake.awake() && version.get()?.data_version === seen)
        await wake.wait(POLL_MS);
    }
  } finally {
    wake.close();
  }
}

export const lastSequence = (records: Records): number =>
  Number(records.database.prepare('select max(seq) as last from sqlite_sequence').get()?.last ?? 0);

/**
 * Hands every change to `deliver`, at least once and in order, and remembers how far it got under the name `reader`:
 * what was written before a kill -9 is told after the next start.
 */
export function changeFeed(options: {
  readonly dir: string;
  readonly clock: () => Date;
  readonly reader: string;
  readonly deliver: (change: RecordChange) => Promise<void>;
}): { start(): void; close(): Promise<void> } {
  const { dir, clock, reader, deliver } = options;
  const stop = new AbortController();
  let running: Promise<void> | undefined;

  const run = async () => {
    const records = new Records(dir, clock);
    const { database } = records;
    database.prepare('insert into readers values (?, 0) on conflict do nothing').run(reader);
    const from = Number(
      database.prepare('select sequence from readers where name = ?').get(reader)?.sequence,
    );
    const advance = database.prepare('update readers set sequence = ? where name = ?');
    const prune = database.prepare(
      'delete from changes where sequence <= (select min(sequence) from readers) and at < ?',
    );
    const pruneOld = () => {
      try {
        prune.run(new Date(clock().getTime() - KEEP_MS).toISOString());
      } catch {
        // Another process was writing for long: the next round prunes.
      }
    };
    pruneOld();
    const prunes = setInterval(pruneOld, PRUNE_EVERY_MS);
    try {
      await tail({
        records,
        dir,
        from,
        signal: stop.signal,
        deliver: async (change) => {
          await deliver(change);
          advance.run(change.sequence, reader);
        },
      });
    } finally {
      clearInterval(prunes);
      records.close();
    }
  };
  return {
    start() {
      running ??= run();
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}

async function delivered(
  change: RecordChange,
  deliver: (change: RecordChange) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let pause = RETRY_MS.first; !signal.aborted; pause = Math.min(pause * 2, RETRY_MS.most)) {
    try {
      return await deliver(change);
    } catch {
      // The receiver says why in its own log; the change stays the next one until it is taken.
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A flag that a write of this process raises, and that a wait ends at. */
function waker(file: string, signal: AbortSignal) {
  let raised = false;
  let resume: () => void = () => undefined;
  const raise = () => {
    raised = true;
    resume();
  };
  writes.on(file, raise);
  signal.addEventListener('abort', raise);
  return {
    arm: () => {
      raised = false;
    },
    awake: () => raised,
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        resume = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    close: () => {
      writes.off(file, raise);
      signal.removeEventListener('abort', raise);
    },
  };
}

const toChange = (row: Record<string, unknown>): RecordChange => ({
  sequence: Number(row.sequence),
  kind: row.kind as Kind,
  namespace: String(row.namespace),
  name: String(row.name),
  uid: String(row.uid),
  verb: row.verb as Verb,
  labels: JSON.parse(String(row.labels)) as Labels,
  resourceVersion: String(row.sequence),
  at: new Date(String(row.at)),
});
