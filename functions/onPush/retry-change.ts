import { ownEvent } from '../../shared/domain/events.ts';
import { appOfChange } from '../../shared/runtime/app-of-change.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { considerCommit, type Needs } from './consider-commit.ts';

/** A new Change for the cause of an old one: the old verdict stays. */
export async function retryChange(ports: Needs, id: string, request: string, log: Logger): Promise<void> {
  const old = await ports.store.getChange(id);
  if (!old?.verdict) return log.info({ change: id }, 'nothing to retry: it has not ended');
  const app = await appOfChange(ports, old);
  if (!app) return log.info({ change: id }, 'nothing to retry: its App is gone');
  const cause = {
    id: `retry/${request}`,
    commit: old.commit,
    message: old.title,
    author: old.author,
    retry: true,
  };
  if (old.kind === 'push') {
    await considerCommit(ports, app, cause, log);
    return;
  }
  const { verdict: _verdict, release: _release, timeline: _timeline, ...same } = old;
  const { change } = await ledger(ports).open({
    ...same,
    id: `${app.uid}/${cause.id}`,
    state: 'starting',
    reason: 'tried again',
    ...(old.kind === 'rollback' && old.release !== undefined ? { release: old.release } : {}),
  });
  if (change.verdict) return;
  await ports.events.emit(
    change.kind === 'rollback'
      ? ownEvent('dev.cite.activate.requested', { namespace: app.namespace, name: app.name })
      : ownEvent('dev.cite.release.requested', { change: change.id }),
  );
}
