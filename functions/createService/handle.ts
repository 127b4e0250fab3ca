import type { CloudEvent } from 'cloudevents';
import { decideAcceptance } from '../../shared/domain/acceptance.ts';
import { type App, type AppRef, FINALIZER } from '../../shared/domain/app.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import { appOfClusterEvent, parseClusterEvent, parseOwnEvent } from '../../shared/domain/events.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { connectSource } from './connect-source.ts';
import { finalize, letGo } from './finalize.ts';
import { followSpec } from './follow-spec.ts';
import type { Needs } from './needs.ts';
import { prepareNamespace } from './prepare-namespace.ts';
import { provideRoutes } from './provide-routes.ts';
import { provideService } from './provide-service.ts';
import { writeConditions } from './write-conditions.ts';

/** What an App needs beside its Releases: rights, Service, routes, webhook, collaborator; and a Change when its spec has changed. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      for (const ref of await appsOf(ports, event)) {
        const app = await readApp(ports, ref, log);
        if (app) await reconcile(ports, app, log.child({ app: `${ref.namespace}/${ref.name}` }));
      }
    },
);

/** A Secret's change comes without its content (mode Reference): which Apps use it is looked up. */
async function appsOf(ports: Needs, event: CloudEvent<unknown>): Promise<readonly AppRef[]> {
  if (event.type === 'dev.cite.app.found') return [parseOwnEvent('dev.cite.app.found', event.data)];
  const change = parseClusterEvent(event);
  if (change?.kind === 'App' || change?.kind === 'DomainMapping') {
    const app = appOfClusterEvent(change);
    return app ? [app] : [];
  }
  if (change?.kind !== 'Secret') return [];
  const apps = await ports.cluster.listApps(change.namespace);
  return apps.filter((app) => app.spec.secret === change.name);
}

/** One that cannot be read waits for a person: it is said where they look. Its correction, or its deletion, wakes this function. */
async function readApp(ports: Needs, ref: AppRef, log: Logger): Promise<App | undefined> {
  try {
    return await ports.cluster.getApp(ref);
  } catch (err) {
    if (!(err instanceof InvalidError)) throw err;
    log.warn({ err, app: `${ref.namespace}/${ref.name}` }, 'App cannot be read');
    const there = await ports.cluster.appStatus(ref);
    if (there?.deleting) await letGo(ports, ref, log);
    else if (there) await writeConditions(ports, { ...ref, ...there }, [refusedFor('Unreadable', err)]);
    return undefined;
  }
}

const refusedFor = (reason: string, { message }: InvalidError) =>
  ({ type: 'Accepted', status: 'False', reason, message }) as const;

async function reconcile(ports: Needs, app: App, log: Logger): Promise<void> {
  if (app.deleting) return finalize(ports, app, log);
  const refused = decideAcceptance(app, await ports.cluster.namespaceOwners(app.namespace), ports.config);
  if (refused) {
    const { reason, fault } = refused;
    log.warn({ reason, err: fault }, 'App refused');
    return writeConditions(ports, app, [refusedFor(reason, fault)]);
  }
  // Before the finalizer: it promises what only the rights can do.
  const unprepared = await prepareNamespace(ports, app);
  if (unprepared) {
    log.warn({ err: unprepared }, 'Namespace cannot be prepared');
    return writeConditions(ports, app, [refusedFor('NamespaceNotPrepared', unprepared)]);
  }
  if (!app.finalizers.includes(FINALIZER)) {
    // The write wakes this function again, which then goes on with the App as it is stored.
    await ports.cluster.updateApp(app, { finalizers: [...app.finalizers, FINALIZER] });
    return;
  }
  const service = await provideService(ports, app);
  const { condition: source, missed } = await connectSource(ports, app, log);
  const accepted = {
    type: 'Accepted',
    status: 'True',
    reason: 'Accepted',
    message: 'The App may be deployed here.',
  } as const;
  const isServed = service.status === 'True';
  const routes = isServed ? await provideRoutes(ports, app, log) : undefined;
  const conditions = [accepted, service, source, ...(routes ? [routes.condition] : [])];
  await writeConditions(ports, app, conditions, routes?.url);
  if (isServed) await followSpec(ports, app, log);
  const again = missed ?? routes?.missed;
  if (again) throw again;
}
