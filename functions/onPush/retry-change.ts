import { changeOf } from '../../shared/domain/change.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import { appOfChange } from '../../shared/runtime/app-of-change.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { considerCommit, type Needs } from './consider-commit.ts';

/** A new Change for the cause of an old one: the old verdict stays. A rollback has none but the Hold: it is activated anew. */
export async function retryChange(
  ports: Needs,
  retried: string,
  request: { readonly id: string; readonly by: string | undefined },
  log: Logger,
): Promise<void> {
  const old = await ports.store.getChange(retried);
  if (!old?.verdict) return log.info({ change: retried }, 'nothing to retry: it has not ended');
  if (old.kind === 'rollback')
    return log.info({ change: retried }, 'nothing to retry: a rollback is asked for anew');
  const app = await appOfChange(ports, old);
  if (!app) return log.info({ change: retried }, 'nothing to retry: its App is gone');
  const cause = {
    id: `retry/${request.id}`,
    commit: old.commit,
    message: old.title,
    author: old.author,
    by: request.by,
    redoes: old.id,
    retry: true,
  };
  if (old.kind === 'push') {
    await considerCommit(ports, app, cause, log);
    return;
  }
  const { kind, title } = old;
  const again = { ...changeOf(app, { ...cause, kind, title }), branch: old.branch };
  const { change } = await ledger(ports).open({ ...again, state: 'starting', reason: 'tried again' });
  if (change.verdict) return;
  await ports.events.emit(ownEvent('dev.cite.release.requested', { change: change.id }));
}
