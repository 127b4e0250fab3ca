import type { CloudEvent } from 'cloudevents';
import { decideAcceptance } from '../../shared/domain/acceptance.ts';
import type { App, AppRef } from '../../shared/domain/app.ts';
import { parseClusterEvent, parseOwnEvent } from '../../shared/domain/events.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { connectSource } from './connect-source.ts';
import { FINALIZER, finalize } from './finalize.ts';
import { followSpec } from './follow-spec.ts';
import type { Needs } from './needs.ts';
import { provideService } from './provide-service.ts';
import { writeConditions } from './write-conditions.ts';

/** What an App needs beside its Releases: rights, Service, webhook, collaborator; and a Change when its spec has changed. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      for (const ref of await appsOf(ports, event)) {
        const app = await ports.cluster.getApp(ref);
        if (app) await reconcile(ports, app, log.child({ app: `${ref.namespace}/${ref.name}` }));
      }
    },
);

/** A Secret's change comes without its content (mode Reference): which Apps use it is looked up. */
async function appsOf(ports: Needs, event: CloudEvent<unknown>): Promise<readonly AppRef[]> {
  if (event.type === 'dev.cite.app.found') return [parseOwnEvent('dev.cite.app.found', event.data)];
  const change = parseClusterEvent(event);
  if (change?.kind === 'App') return [{ namespace: change.namespace, name: change.name }];
  if (change?.kind !== 'Secret') return [];
  const apps = await ports.cluster.listApps(change.namespace);
  return apps.filter((app) => app.spec.secret === change.name);
}

async function reconcile(ports: Needs, app: App, log: Logger): Promise<void> {
  if (app.deleting) return finalize(ports, app, log);
  const refused = decideAcceptance(app, await ports.cluster.namespaceOwners(app.namespace), ports.config);
  if (refused) {
    const { reason, fault } = refused;
    log.warn({ reason, err: fault }, 'App refused');
    return writeConditions(ports, app, [
      { type: 'Accepted', status: 'False', reason, message: fault.message },
    ]);
  }
  if (!app.finalizers.includes(FINALIZER)) {
    // The write wakes this function again, which then goes on with the App as it is stored.
    await ports.cluster.updateApp(app, { finalizers: [...app.finalizers, FINALIZER] });
    return;
  }
  await ports.cluster.grantRights(app.namespace);
  const service = await provideService(ports, app);
  const source = await connectSource(ports, app, log);
  const accepted = {
    type: 'Accepted',
    status: 'True',
    reason: 'Accepted',
    message: 'The App may be deployed here.',
  } as const;
  await writeConditions(ports, app, [accepted, service, source]);
  if (service.status === 'True') await followSpec(ports, app, log);
}
