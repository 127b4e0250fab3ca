import type { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../sqlite.ts';

/** What the host remembers beside the bare repositories. Secrets of hooks are in it. */
const SCHEMA = `
  create table if not exists repositories (
    id integer primary key autoincrement, owner text not null collate nocase, name text not null collate nocase,
    created_at text not null, unique (owner, name)) strict;
  create table if not exists hooks (
    id integer primary key autoincrement, repository integer not null references repositories, url text not null,
    content_type text not null, secret text, insecure_ssl text not null, events text not null,
    active integer not null, created_at text not null, updated_at text not null) strict;
  create table if not exists deliveries (
    id integer primary key autoincrement, hook integer not null references hooks on delete cascade,
    guid text not null, event text not null, action text, redelivery integer not null, delivered_at text not null,
    duration real not null, status text not null, status_code integer not null, url text not null,
    request_headers text not null, request_payload text not null, response_headers text not null,
    response_payload text not null) strict;
  create index if not exists deliveries_of_hook on deliveries (hook, id);
  create index if not exists deliveries_by_age on deliveries (delivered_at);
  create table if not exists statuses (
    id integer primary key autoincrement, repository integer not null references repositories, sha text not null,
    context text not null, state text not null, description text, target_url text, creator text not null,
    created_at text not null) strict;
  create index if not exists statuses_of_commit on statuses (repository, sha);
  create table if not exists deployments (
    id integer primary key autoincrement, repository integer not null references repositories, sha text not null,
    ref text not null, task text not null, environment text not null, description text, payload text not null,
    transient integer not null, production integer not null, creator text not null, created_at text not null,
    updated_at text not null) strict;
  create index if not exists deployments_of_task on deployments (repository, task);
  create table if not exists deployment_statuses (
    id integer primary key autoincrement, deployment integer not null references deployments, state text not null,
    description text not null, environment text not null, log_url text not null, environment_url text not null,
    creator text not null, created_at text not null) strict;
  create index if not exists statuses_of_deployment on deployment_statuses (deployment);
  create table if not exists collaborators (
    repository integer not null references repositories, login text not null collate nocase,
    permission text not null, primary key (repository, login)) strict;
`;

export const openRecords = (file: string): DatabaseSync => openSqlite(file, SCHEMA);

/** Time as GitHub writes it: UTC, whole seconds. */
export const timestamp = (date = new Date()) => date.toISOString().replace(/\.\d+Z$/, 'Z');
