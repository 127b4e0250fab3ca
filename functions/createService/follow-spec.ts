import type { App } from '../../shared/domain/app.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import type { Workload } from '../../shared/domain/workload.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { markEnded } from '../../shared/runtime/mark-ended.ts';
import { decide, followsAnotherBranch, type Superseded } from './decide.ts';
import type { Needs } from './needs.ts';

/**
 * Carries out what the App's spec asks for: the head's deployment, a Change of its configuration, replicas in place. The
 * Workloads first, then the App anew: the code host and the routes may have taken long, and who has followed a later
 * spec meanwhile has written the Workloads. An edit after that read wakes this function again.
 */
export async function followSpec(ports: Needs, ref: App, log: Logger): Promise<void> {
  const { store, cluster, events } = ports;
  const workloads = await cluster.listWorkloads(ref);
  const app = await cluster.getApp(ref);
  if (!app || app.deleting || app.uid !== ref.uid) return log.debug({ reason: 'it goes' }, 'spec followed');
  const { namespace, name, uid, spec } = app;
  await applyReplicas(ports, app, workloads);
  const [newest] = await store.listChanges({ app: uid, limit: 1 });
  if (followsAnotherBranch({ app, newest }))
    await events.emit(ownEvent('dev.cite.head.found', { namespace, name }));
  const decision = decide({
    app,
    secret: spec.secret === undefined ? {} : await cluster.readSecret(namespace, spec.secret),
    isLastKnown: await isLastKnown(ports, app, workloads),
    openChanges: await store.listChanges({ app: uid, open: true }),
    newest,
  });
  if (decision.action === 'nothing') return log.debug(decision, 'spec followed');
  if (decision.action === 'ask for head') {
    log.info(decision, 'spec followed');
    return events.emit(ownEvent('dev.cite.head.found', { namespace, name }));
  }
  if (decision.supersede && !(await supersede(ports, app, workloads, decision.supersede)))
    return log.debug({ reason: 'its release is selected just now' }, 'spec followed');
  const { open } = ledger(ports);
  const { change } = await open(decision.change);
  log.info(
    { change: change.id, kind: change.kind, state: change.state },
    'spec differs from the newest release',
  );
  if (change.state === 'starting' && change.release === undefined) {
    await events.emit(ownEvent('dev.cite.release.requested', { change: change.id }));
  }
}

/** False: its release is live already. The verdict of its proof wakes this function again (switchSelector). */
async function supersede(
  ports: Needs,
  app: App,
  workloads: readonly Workload[],
  { change, verdict }: Superseded,
): Promise<boolean> {
  const service = await ports.cluster.getService(app);
  const workload = workloads.find(({ release }) => release.change === change.id);
  if (workload && service?.live === workload.release.number) return false;
  if (workload && service) await markEnded(ports, service, workload, { outcome: 'superseded' });
  await ledger(ports).conclude(change, verdict);
  return true;
}

async function isLastKnown(
  { store }: Needs,
  { lastRelease }: App,
  workloads: readonly Workload[],
): Promise<boolean> {
  if (!lastRelease || workloads.some(({ release }) => release.number === lastRelease.number)) return true;
  const change = await store.getChange(lastRelease.change);
  // One that was deployed and runs no more was deleted by hand: the sweep leaves the newest.
  return change !== undefined && change.verdict?.outcome !== 'deployed';
}

/** Replicas are no part of a Release: what serves, or is about to, gets them at once. */
async function applyReplicas({ cluster }: Needs, app: App, workloads: readonly Workload[]): Promise<void> {
  for (const workload of workloads) {
    const serving =
      workload.replicas > 0 && (workload.outcome === undefined || workload.outcome === 'deployed');
    if (serving && workload.replicas !== app.spec.replicas) {
      await cluster.updateWorkload(workload, { replicas: app.spec.replicas });
    }
  }
}
