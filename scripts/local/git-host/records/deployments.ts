import type { DatabaseSync } from 'node:sqlite';
import { timestamp } from './records.ts';

/** A GitHub Deployment: a wish that a commit be somewhere; its statuses tell what became of it. */
export interface Deployment extends NewDeployment {
  readonly id: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface NewDeployment {
  readonly sha: string;
  /** As it was asked for: branch, tag or SHA. */
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: unknown;
  readonly transient: boolean;
  readonly production: boolean;
  readonly creator: string;
}

export interface DeploymentStatus extends NewDeploymentStatus {
  readonly id: number;
  readonly createdAt: string;
}

export const deploymentStates = [
  'error',
  'failure',
  'inactive',
  'in_progress',
  'queued',
  'pending',
  'success',
] as const;

export interface NewDeploymentStatus {
  readonly state: (typeof deploymentStates)[number];
  readonly description: string;
  readonly environment: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly creator: string;
}

export type DeploymentFilter = Partial<Pick<Deployment, 'sha' | 'ref' | 'task' | 'environment'>>;

export interface Deployments {
  create(repository: number, deployment: NewDeployment): Deployment;
  find(repository: number, id: number): Deployment | undefined;
  /** Newest first. */
  list(repository: number, filter: DeploymentFilter): Deployment[];
  addStatus(deployment: Deployment, status: NewDeploymentStatus): DeploymentStatus;
  /** Newest first. */
  listStatuses(deployment: Deployment): DeploymentStatus[];
}

export function deployments(records: DatabaseSync): Deployments {
  const insert = records.prepare(`
    insert into deployments (repository, sha, ref, task, environment, description, payload, transient, production,
      creator, created_at, updated_at)
    values (:repository, :sha, :ref, :task, :environment, :description, :payload, :transient, :production,
      :creator, :now, :now) returning *`);
  const find = records.prepare('select * from deployments where repository = ? and id = ?');
  const list = records.prepare(`
    select * from deployments where repository = :repository and (:sha is null or sha = :sha)
      and (:ref is null or ref = :ref) and (:task is null or task = :task)
      and (:environment is null or environment = :environment) order by id desc`);
  const insertStatus = records.prepare(`
    insert into deployment_statuses (deployment, state, description, environment, log_url, environment_url, creator,
      created_at)
    values (:deployment, :state, :description, :environment, :logUrl, :environmentUrl, :creator, :now) returning *`);
  const touch = records.prepare('update deployments set updated_at = ? where id = ?');
  const listStatuses = records.prepare(
    'select * from deployment_statuses where deployment = ? order by id desc',
  );
  return {
    create(repository, { transient, production, payload, ...deployment }) {
      const flags = { transient: Number(transient), production: Number(production) };
      const columns = {
        repository,
        ...deployment,
        ...flags,
        payload: JSON.stringify(payload),
        now: timestamp(),
      };
      return fromRow(insert.get(columns) as unknown as Row);
    },
    find(repository, id) {
      const row = find.get(repository, id) as unknown as Row | undefined;
      return row && fromRow(row);
    },
    list(repository, { sha = null, ref = null, task = null, environment = null }) {
      const rows = list.all({ repository, sha, ref, task, environment });
      return rows.map((row) => fromRow(row as unknown as Row));
    },
    addStatus(deployment, status) {
      const now = timestamp();
      touch.run(now, deployment.id);
      const row = insertStatus.get({ deployment: deployment.id, ...status, now });
      return fromStatusRow(row as unknown as StatusRow);
    },
    listStatuses: (deployment) =>
      listStatuses.all(deployment.id).map((row) => fromStatusRow(row as unknown as StatusRow)),
  };
}

interface Row extends Omit<NewDeployment, 'payload' | 'transient' | 'production'> {
  readonly id: number;
  readonly payload: string;
  readonly transient: number;
  readonly production: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const fromRow = (row: Row): Deployment => ({
  id: row.id,
  sha: row.sha,
  ref: row.ref,
  task: row.task,
  environment: row.environment,
  description: row.description,
  payload: JSON.parse(row.payload) as unknown,
  transient: row.transient === 1,
  production: row.production === 1,
  creator: row.creator,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

interface StatusRow extends Omit<NewDeploymentStatus, 'logUrl' | 'environmentUrl'> {
  readonly id: number;
  readonly log_url: string;
  readonly environment_url: string;
  readonly created_at: string;
}

const fromStatusRow = (row: StatusRow): DeploymentStatus => ({
  id: row.id,
  state: row.state,
  description: row.description,
  environment: row.environment,
  logUrl: row.log_url,
  environmentUrl: row.environment_url,
  creator: row.creator,
  createdAt: row.created_at,
});
