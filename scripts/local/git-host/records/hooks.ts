import type { DatabaseSync } from 'node:sqlite';
import { timestamp } from './records.ts';

export interface Hook extends HookSettings {
  readonly id: number;
  readonly repository: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface HookSettings {
  readonly url: string;
  readonly contentType: 'json' | 'form';
  readonly secret?: string;
  readonly insecureSsl: '0' | '1';
  /** Event names; `*` is all of them. */
  readonly events: readonly string[];
  readonly active: boolean;
}

export interface Hooks {
  list(repository: number): Hook[];
  find(repository: number, id: number): Hook | undefined;
  create(repository: number, settings: HookSettings): Hook;
  update(hook: Hook, settings: HookSettings): Hook;
  /** Its deliveries go with it. */
  remove(hook: Hook): void;
}

export function hooks(records: DatabaseSync): Hooks {
  const list = records.prepare('select * from hooks where repository = ? order by id');
  const find = records.prepare('select * from hooks where repository = ? and id = ?');
  const remove = records.prepare('delete from hooks where id = ?');
  const insert = records.prepare(`
    insert into hooks (repository, url, content_type, secret, insecure_ssl, events, active, created_at, updated_at)
    values (:repository, :url, :contentType, :secret, :insecureSsl, :events, :active, :now, :now) returning *`);
  const update = records.prepare(`
    update hooks set url = :url, content_type = :contentType, secret = :secret, insecure_ssl = :insecureSsl,
      events = :events, active = :active, updated_at = :now where id = :id returning *`);
  const columns = (settings: HookSettings) => ({
    url: settings.url,
    contentType: settings.contentType,
    secret: settings.secret ?? null,
    insecureSsl: settings.insecureSsl,
    events: JSON.stringify(settings.events),
    active: Number(settings.active),
    now: timestamp(),
  });
  return {
    list: (repository) => list.all(repository).map((row) => fromRow(row as unknown as Row)),
    find(repository, id) {
      const row = find.get(repository, id) as unknown as Row | undefined;
      return row && fromRow(row);
    },
    create: (repository, settings) =>
      fromRow(insert.get({ repository, ...columns(settings) }) as unknown as Row),
    update: (hook, settings) => fromRow(update.get({ id: hook.id, ...columns(settings) }) as unknown as Row),
    remove: (hook) => void remove.run(hook.id),
  };
}

interface Row {
  readonly id: number;
  readonly repository: number;
  readonly url: string;
  readonly content_type: 'json' | 'form';
  readonly secret: string | null;
  readonly insecure_ssl: '0' | '1';
  readonly events: string;
  readonly active: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const fromRow = (row: Row): Hook => ({
  id: row.id,
  repository: row.repository,
  url: row.url,
  contentType: row.content_type,
  ...(row.secret === null ? {} : { secret: row.secret }),
  insecureSsl: row.insecure_ssl,
  events: JSON.parse(row.events) as string[],
  active: row.active === 1,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
