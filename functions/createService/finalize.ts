import type { App } from '../../shared/domain/app.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import { abandonBuild } from '../../shared/runtime/abandon-build.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Needs } from './needs.ts';

/** Keeps a deleted App until what was made for it is gone. */
export const FINALIZER = 'cite.dev/cleanup';

/** What was made for a deleted App goes; webhook and collaborator with the repository's last App (DESIGN §3). */
export async function finalize(ports: Needs, app: App, log: Logger): Promise<void> {
  if (!app.finalizers.includes(FINALIZER)) return;
  const { cluster, store } = ports;
  for (const change of await store.listChanges({ app: app.uid, open: true })) {
    await ledger(ports).conclude(change, { outcome: 'cancelled', by: 'the deletion of its App' });
    if (change.build !== undefined) await abandonBuild(ports, change.build);
  }
  // The Service first: a switch can no longer bring a Workload back.
  await cluster.deleteService(app);
  for (const workload of await cluster.listWorkloads(app)) await cluster.deleteWorkload(workload);
  if (await isLastOfRepository(ports, app)) await disconnectSource(ports, app, log);
  await cluster.updateApp(app, { finalizers: app.finalizers.filter((name) => name !== FINALIZER) });
  log.info('App deleted');
}

async function isLastOfRepository({ cluster }: Needs, app: App): Promise<boolean> {
  const repository = app.spec.repository.toLowerCase();
  const apps = await cluster.listApps();
  return !apps.some(
    (other) => other.uid !== app.uid && !other.deleting && other.spec.repository.toLowerCase() === repository,
  );
}

async function disconnectSource({ codeHost, config }: Needs, app: App, log: Logger): Promise<void> {
  try {
    await codeHost.removeWebhook(app.spec.repository, config.WEBHOOK_URL);
    if (config.DEPLOY_BOT !== undefined)
      await codeHost.removeCollaborator(app.spec.repository, config.DEPLOY_BOT);
  } catch (err) {
    // The repository is gone, or its rights are: nothing of ours can be left there that we could remove.
    if (!(err instanceof InvalidError)) throw err;
    log.warn({ err }, 'webhook or collaborator could not be removed');
  }
}
