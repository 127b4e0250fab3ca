import { z } from '@hono/zod-openapi';
import type { App } from '../../../shared/domain/app.ts';
import type { Change } from '../../../shared/domain/change.ts';
import type { Workload } from '../../../shared/domain/workload.ts';
import type { Needs } from '../needs.ts';
import { releaseState, releaseStates } from './release-state.ts';

/** A Release as the API shows it: what the cluster knows, and the story that the store has of it. */
export const releaseView = z
  .object({
    number: z.int(),
    name: z.string().describe('r12'),
    commit: z.string(),
    image: z.string(),
    state: z.enum(releaseStates),
    note: z.string().describe('The state in a few words: standby until …'),
    pods: z.object({ wanted: z.int(), ready: z.int() }),
    pinnedBy: z.string().optional(),
    change: z.string().describe('Id of the Change that caused it.'),
    kind: z.string().optional(),
    title: z.string().optional().describe("First line of the commit's message."),
    createdAt: z.string(),
  })
  .openapi('Release');
export type ReleaseView = z.output<typeof releaseView>;

/** The App's releases that are still there, newest first. */
export async function showReleases(
  { cluster, store }: Pick<Needs, 'cluster' | 'store'>,
  app: App,
): Promise<readonly ReleaseView[]> {
  const service = await cluster.getService(app);
  const workloads = await cluster.listWorkloads(app);
  const changes = await Promise.all(workloads.map(({ release }) => store.getChange(release.change)));
  return workloads
    .map((workload, i) => showRelease(workload, service?.live, app.spec.retention.standbySeconds, changes[i]))
    .sort((a, b) => b.number - a.number);
}

function showRelease(
  workload: Workload,
  live: number | undefined,
  standbySeconds: number,
  change: Change | undefined,
): ReleaseView {
  const { release, replicas, available, pinnedBy } = workload;
  return {
    number: release.number,
    name: `r${release.number}`,
    commit: release.commit,
    image: release.image,
    ...releaseState(workload, live, standbySeconds),
    pods: { wanted: replicas, ready: available },
    ...(pinnedBy === undefined ? {} : { pinnedBy }),
    change: release.change,
    ...(change ? { kind: change.kind, title: change.title } : {}),
    createdAt: release.createdAt,
  };
}
