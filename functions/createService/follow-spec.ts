import type { App } from '../../shared/domain/app.ts';
import type { Change, ChangeKind } from '../../shared/domain/change.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import { specHash } from '../../shared/domain/pod-settings.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Needs } from './needs.ts';

/** First sight of an App deploys its branch's head; later a changed spec or secret is a Change, and replicas apply in place. */
export async function followSpec(ports: Needs, app: App, log: Logger): Promise<void> {
  const ref = { namespace: app.namespace, name: app.name };
  if (!app.lastRelease) {
    const known = await ports.store.listChanges({ app: app.uid, limit: 1 });
    if (known.length === 0) await ports.events.emit(ownEvent('dev.cite.head.found', ref));
    return;
  }
  await applyReplicas(ports, app);
  const secret =
    app.spec.secret === undefined ? {} : await ports.cluster.readSecret(app.namespace, app.spec.secret);
  // A Secret that is gone changes nothing by itself: every Release has its own copy.
  if (!secret) return;
  const hash = specHash(app.spec, secret);
  if (hash !== app.lastRelease.specHash) await openConfigChange(ports, app, hash, log);
}

async function applyReplicas({ cluster }: Needs, app: App): Promise<void> {
  for (const workload of await cluster.listWorkloads(app)) {
    const serving =
      workload.replicas > 0 && (workload.outcome === undefined || workload.outcome === 'deployed');
    if (serving && workload.replicas !== app.spec.replicas) {
      await cluster.updateWorkload(workload, { replicas: app.spec.replicas });
    }
  }
}

async function openConfigChange(ports: Needs, app: App, hash: string, log: Logger): Promise<void> {
  const last = app.lastRelease;
  if (!last) return;
  const open = await ports.store.listChanges({ app: app.uid, open: true });
  // What has no Release yet takes the newest config with it.
  if (open.some((change) => change.release === undefined && change.kind !== 'rollback')) return;
  const maker = open.find((change) => change.id === last.change);
  // Selected and being proven: its end writes the App's status, which wakes this function again.
  if (maker?.state === 'switching') return;
  if (maker) {
    const by = `r${last.number + 1}, its new configuration`;
    await ledger(ports).conclude(maker, { outcome: 'superseded', by });
  }
  const kind: ChangeKind = app.spec.redeploy?.id === last.redeploy ? 'config' : 'redeploy';
  const { change } = await ledger(ports).open({
    id: `${app.uid}/${kind}/r${last.number}-${hash}`,
    app: { namespace: app.namespace, name: app.name, uid: app.uid },
    repository: app.spec.repository,
    branch: app.spec.branch,
    kind,
    commit: last.commit,
    title: kind === 'config' ? 'configuration changed' : `redeploy asked for by ${app.spec.redeploy?.by}`,
    author: kind === 'config' ? '' : (app.spec.redeploy?.by ?? ''),
    state: app.spec.hold ? 'held' : 'starting',
    reason: app.spec.hold ? `held by ${app.spec.hold.by}` : `${kind} of r${last.number}`,
  });
  log.info({ change: change.id, kind, state: change.state }, 'spec differs from the newest release');
  if (needsRelease(change))
    await ports.events.emit(ownEvent('dev.cite.release.requested', { change: change.id }));
}

const needsRelease = (change: Change) => change.state === 'starting' && change.release === undefined;
