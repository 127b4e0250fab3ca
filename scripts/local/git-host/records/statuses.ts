import type { DatabaseSync } from 'node:sqlite';
import { timestamp } from './records.ts';

/** A commit status. Never changed: a newer one of its context counts instead. */
export interface Status extends NewStatus {
  readonly id: number;
  readonly createdAt: string;
}

export interface NewStatus {
  readonly sha: string;
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: string;
}

export interface Statuses {
  create(repository: number, status: NewStatus): Status;
  /** Newest first. */
  list(repository: number, sha: string): Status[];
  /** The newest of every context. */
  current(repository: number, sha: string): Status[];
}

export function statuses(records: DatabaseSync): Statuses {
  const insert = records.prepare(`
    insert into statuses (repository, sha, context, state, description, target_url, creator, created_at)
    values (:repository, :sha, :context, :state, :description, :targetUrl, :creator, :now) returning *`);
  const select = records.prepare('select * from statuses where repository = ? and sha = ? order by id desc');
  const list = (repository: number, sha: string) =>
    select.all(repository, sha).map((row) => fromRow(row as unknown as Row));
  return {
    create: (repository, status) =>
      fromRow(insert.get({ repository, ...status, now: timestamp() }) as unknown as Row),
    list,
    current: (repository, sha) =>
      [...Map.groupBy(list(repository, sha), ({ context }) => context).values()].flatMap(([newest]) =>
        newest ? [newest] : [],
      ),
  };
}

/** The state of all contexts together, as GitHub defines it. */
export function combinedState(current: readonly Status[]): 'success' | 'pending' | 'failure' {
  if (current.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return current.length === 0 || current.some(({ state }) => state === 'pending') ? 'pending' : 'success';
}

interface Row {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: Status['state'];
  readonly description: string | null;
  readonly target_url: string | null;
  readonly creator: string;
  readonly created_at: string;
}

const fromRow = ({ id, sha, context, state, description, creator, ...row }: Row): Status => ({
  id,
  sha,
  context,
  state,
  description,
  targetUrl: row.target_url,
  creator,
  createdAt: row.created_at,
});
