import { z } from '@hono/zod-openapi';
import type { App } from '../../../shared/domain/app.ts';
import { appSpec } from '../../../shared/domain/app-spec.ts';
import type { Change } from '../../../shared/domain/change.ts';
import type { Workload } from '../../../shared/domain/workload.ts';
import type { Needs } from '../needs.ts';
import { type AppFacts, appState } from './app-state.ts';
import { releaseState } from './release-state.ts';

/** Changes that one listing of the store gives at most. */
const LISTED = 100;

/** An App in a list. `live` and `state` are read anew, the rest of `status` is what the cluster last wrote of it. */
export const appSummary = z
  .object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    repository: z.string(),
    branch: z.string(),
    status: z.object({
      live: z.string().optional(),
      standby: z.string().optional(),
      rollback: z.string().optional().describe('Of the newest standby: r1 ready · r1 broken · none'),
      commit: z.string().optional(),
      state: z.string().describe('live · live, r3 failed · failed · building · held by …'),
      url: z.string().optional(),
    }),
    failed: z.string().optional().describe('Commit of the newest Change, where that failed.'),
    hold: appSpec.shape.hold,
    deleting: z.boolean(),
    createdAt: z.string(),
  })
  .openapi('AppSummary');
export type AppSummary = z.output<typeof appSummary>;

export function summarize(facts: AppFacts & { readonly app: App }): AppSummary {
  const { app, live, newest } = facts;
  const { conditions: _, live: __, ...status } = app.status;
  return {
    namespace: app.namespace,
    name: app.name,
    uid: app.uid,
    repository: app.spec.repository,
    branch: app.spec.branch,
    status: { ...status, ...(live === undefined ? {} : { live: `r${live}` }), state: appState(facts) },
    ...(newest?.verdict?.outcome === 'failed' ? { failed: newest.commit } : {}),
    ...(app.spec.hold ? { hold: app.spec.hold } : {}),
    deleting: app.deleting,
    createdAt: app.createdAt.toISOString(),
  };
}

/** Many Apps from three listings, however many there are. */
export async function summarizeAll(
  { cluster, store }: Pick<Needs, 'cluster' | 'store'>,
  apps: readonly App[],
): Promise<AppSummary[]> {
  const [services, workloads, newest] = await Promise.all([
    cluster.listServices(),
    cluster.listWorkloads(),
    newestChanges(store, apps),
  ]);
  const live = new Map(services.map((service) => [key(service.app), service.live]));
  const inOrder = workloads.toSorted((a, b) => a.release.number - b.release.number);
  const latest = new Map(inOrder.map((workload) => [key(workload.app), workload]));
  return apps.map((app) =>
    summarize({
      app,
      live: live.get(key(app)),
      newest: newest.get(app.uid),
      latest: stateOf(latest.get(key(app)), live.get(key(app))),
    }),
  );
}

const stateOf = (workload: Workload | undefined, live: number | undefined) =>
  workload && { number: workload.release.number, state: releaseState(workload, live) };

/** The newest Change of each App, by its uid. Only Apps that none of the listed Changes is of are asked for alone. */
async function newestChanges(
  store: Needs['store'],
  apps: readonly App[],
): Promise<ReadonlyMap<string, Change>> {
  const listed = await store.listChanges({ limit: LISTED });
  const quiet = apps.filter(({ uid }) => !listed.some(({ app }) => app.uid === uid));
  const found =
    listed.length < LISTED
      ? []
      : await Promise.all(quiet.map(({ uid }) => store.listChanges({ app: uid, limit: 1 })));
  // Of two Changes of one App the later entry stays: the newest comes last.
  return new Map([...listed.toReversed(), ...found.flat()].map((change) => [change.app.uid, change]));
}

const key = ({ namespace, name }: Pick<App, 'namespace' | 'name'>) => `${namespace}/${name}`;
