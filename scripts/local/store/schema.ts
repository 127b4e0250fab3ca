/** What a Delivery is also found by. */
export const repositoryOf = "lower(json_extract(value, '$.repository'))";
/** What a Change is also found by, in its JSON: an index on it needs no column. */
export const branchOf = "json_extract(value, '$.branch')";
export const outcomeOf = "json_extract(value, '$.verdict.outcome')";
export const redoesOf = "json_extract(value, '$.redoes')";
export const personColumns = [
  "lower(json_extract(value, '$.author'))",
  "lower(json_extract(value, '$.by'))",
  "case when json_extract(value, '$.verdict.outcome') = 'cancelled' then lower(json_extract(value, '$.verdict.by')) end",
];

/**
 * Each row holds its record as JSON, beside the columns that it is found by. Times are milliseconds since 1970.
 * What leaves which table, and when, is in expire.ts.
 */
export const schema = `
create table if not exists deliveries (
  id text primary key,
  received integer not null,
  commit_id text,
  value text not null,
  judgement text
) strict;
create index if not exists deliveries_received on deliveries (received);
create index if not exists deliveries_unjudged on deliveries (received, id) where judgement is null;
create index if not exists deliveries_repository on deliveries (${repositoryOf}, received, id);
create index if not exists deliveries_commit on deliveries (commit_id, received) where commit_id is not null;

create table if not exists changes (
  id text primary key,
  app text not null,
  repository text not null,
  commit_id text not null,
  build text,
  opened integer not null,
  ended integer,
  revision integer not null,
  value text not null
) strict;
create index if not exists changes_opened on changes (opened, id);
create index if not exists changes_app on changes (app, opened, id);
create index if not exists changes_repository on changes (repository, opened, id);
create index if not exists changes_commit on changes (commit_id, opened, id);
create index if not exists changes_build on changes (build, opened, id) where build is not null;
create index if not exists changes_ended on changes (ended) where ended is not null;
create index if not exists changes_branch on changes (${branchOf}, opened, id);
create index if not exists changes_outcome on changes (${outcomeOf}, opened, id);
create index if not exists changes_redoes on changes (${redoesOf}, opened, id) where ${redoesOf} is not null;
${personColumns.map((one, i) => `create index if not exists changes_person_${i} on changes (${one}, opened, id);`).join('\n')}
create unique index if not exists changes_open on changes (app, commit_id) where ended is null;

create table if not exists change_events (
  place integer primary key,
  value text not null
) strict;

create table if not exists builds (
  key text primary key,
  running integer not null,
  started integer not null,
  saved integer not null,
  revision integer not null,
  value text not null
) strict;
create index if not exists builds_running on builds (started, key) where running = 1;

create table if not exists logs (
  id text primary key,
  saved integer not null,
  value text not null
) strict;

create table if not exists outbox (
  position integer primary key autoincrement,
  change text not null unique,
  revision integer not null
) strict;

create table if not exists notices (
  id text primary key,
  change text not null,
  written integer not null,
  due integer,
  settled integer,
  revision integer not null,
  value text not null
) strict;
create index if not exists notices_change on notices (change, written, id);
create index if not exists notices_due on notices (due, id) where due is not null;

create table if not exists dead_letters (
  id text primary key,
  at integer not null,
  value text not null
) strict;
create index if not exists dead_letters_at on dead_letters (at, id);

create table if not exists audit (
  id text primary key,
  at integer not null,
  app text,
  value text not null
) strict;
create index if not exists audit_at on audit (at, id);
create index if not exists audit_app on audit (app, at, id) where app is not null;

create table if not exists grants (
  id text primary key,
  person text not null,
  created integer not null,
  ends integer not null,
  value text not null
) strict;
create index if not exists grants_person on grants (person, created, id);
create index if not exists grants_ends on grants (ends);

create table if not exists rights (
  grant_id text primary key,
  at integer not null,
  value text not null
) strict;

create table if not exists standby_checks (
  app text not null,
  release integer not null,
  at integer not null,
  value text not null,
  primary key (app, release)
) strict;

create table if not exists answers (
  id text primary key,
  at integer not null,
  value text not null
) strict;

create table if not exists leases (
  name text primary key,
  owner text not null,
  until integer not null
) strict;
`;
