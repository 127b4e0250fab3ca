import { type App, type AppRef, FINALIZER } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import { abandonBuild } from '../../shared/runtime/abandon-build.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Needs } from './needs.ts';
import { prepareNamespace } from './prepare-namespace.ts';
import { writeConditions } from './write-conditions.ts';

/** What was made for a deleted App goes; webhook and collaborator with the repository's last App (DESIGN §3). */
export async function finalize(ports: Needs, app: App, log: Logger): Promise<void> {
  if (!app.finalizers.includes(FINALIZER)) return;
  const { cluster, store } = ports;
  for (const change of await store.listChanges({ app: app.uid, open: true })) {
    await ledger(ports).conclude(change, { outcome: 'cancelled', by: 'the deletion of its App' });
    if (change.build !== undefined) await abandonBuild(ports, change.build);
  }
  // Where the Namespace is going too, or is no longer Cite's, what is there is the App's and goes with it.
  if (!(await prepareNamespace(ports, app))) {
    // What an earlier App of the name left is owned by nobody.
    await cluster.ensureRoutes(app, []);
    // The Service before the Workloads: a switch can no longer bring a Workload back.
    await cluster.deleteService(app);
    for (const workload of await cluster.listWorkloads(app)) await cluster.deleteWorkload(workload);
  }
  await cluster.releaseHosts(app);
  if (await isLastOfRepository(ports, app)) await disconnectSource(ports, app, log);
  await cluster.updateApp(app, { finalizers: app.finalizers.filter((name) => name !== FINALIZER) });
  log.info('App deleted');
}

/** An App that cannot be read: what it owns goes with it, and of its repository nothing is known. */
export async function letGo({ cluster }: Needs, ref: AppRef, log: Logger): Promise<void> {
  await cluster.releaseHosts(ref);
  await cluster.removeFinalizer(ref, FINALIZER);
  log.warn({ app: `${ref.namespace}/${ref.name}` }, 'App deleted unread: its webhook may be left');
}

async function isLastOfRepository({ cluster }: Needs, app: App): Promise<boolean> {
  const repository = app.spec.repository.toLowerCase();
  const apps = await cluster.listApps();
  return !apps.some(
    (other) => other.uid !== app.uid && !other.deleting && other.spec.repository.toLowerCase() === repository,
  );
}

async function disconnectSource(ports: Needs, app: App, log: Logger): Promise<void> {
  const { codeHost, config } = ports;
  try {
    await codeHost.removeWebhook(app.spec.repository, config.WEBHOOK_URL);
    if (config.DEPLOY_BOT !== undefined)
      await codeHost.removeCollaborator(app.spec.repository, config.DEPLOY_BOT);
  } catch (err) {
    const isForGood = err instanceof InvalidError || (err instanceof DeniedError && err.right !== undefined);
    if (!isForGood) {
      if (err instanceof RetryableError) await sayWhatDeletionWaitsFor(ports, app, err);
      throw err;
    }
    // The repository is gone, or its rights are: nothing of ours can be left there that we could remove.
    log.warn({ err }, 'webhook or collaborator could not be removed');
  }
}

function sayWhatDeletionWaitsFor(ports: Needs, app: App, { message }: RetryableError): Promise<void> {
  const waits = `${message}. The App goes once its webhook could be removed; it is tried again.`;
  return writeConditions(ports, app, [
    { type: 'SourceConnected', status: 'Unknown', reason: 'NotRemoved', message: waits },
  ]);
}
