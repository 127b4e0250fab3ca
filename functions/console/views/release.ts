import { z } from '@hono/zod-openapi';
import type { App } from '../../../shared/domain/app.ts';
import type { Change } from '../../../shared/domain/change.ts';
import type { Workload } from '../../../shared/domain/workload.ts';
import type { Needs } from '../needs.ts';
import { releaseDifference } from './release-difference.ts';
import { type NoteFacts, releaseNote } from './release-note.ts';
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
    checked: z
      .object({ at: z.string(), fault: z.string().optional().describe('Why it would not take over.') })
      .optional()
      .describe('What a standby was last found to be; absent: it was not checked yet.'),
    differs: z
      .object({
        from: z.string().describe('The release before it that is still there: r11'),
        in: z.array(z.string()).readonly().describe('port 8080 → 9090; of the environment names alone'),
      })
      .optional()
      .describe('In what it is configured otherwise; absent: no release before it is there.'),
    change: z.string().describe('Id of the Change that caused it.'),
    kind: z.string().optional(),
    title: z.string().optional().describe("First line of the commit's message."),
    createdAt: z.string(),
  })
  .openapi('Release');
export type ReleaseView = z.output<typeof releaseView>;

/** The App's releases that are still there, newest first. */
export async function showReleases(
  { cluster, store, clock }: Pick<Needs, 'cluster' | 'store' | 'clock'>,
  app: App,
): Promise<readonly ReleaseView[]> {
  const service = await cluster.getService(app);
  const workloads = (await cluster.listWorkloads(app)).toSorted(
    (a, b) => b.release.number - a.release.number,
  );
  // Not of a new App: in its Namespace the console may not look yet.
  const settings = workloads.length > 1 ? await cluster.listPodSettings(app) : undefined;
  const now = clock();
  const configured = ({ release }: Workload) => ({ release, pod: settings?.get(release.number) });
  const views = workloads.map(async (workload, i) => {
    const state = releaseState(workload, service?.live);
    const { number, change: id } = workload.release;
    const [change, check] = await Promise.all([
      store.getChange(id),
      state === 'standby' ? store.getStandbyCheck(app.uid, number) : undefined,
    ]);
    const { standbySeconds } = app.spec.retention;
    const before = workloads[i + 1];
    return {
      ...showRelease({ workload, state, standbySeconds, check, now }, change),
      ...(before
        ? {
            differs: {
              from: `r${before.release.number}`,
              in: releaseDifference(configured(before), configured(workload)),
            },
          }
        : {}),
    };
  });
  return Promise.all(views);
}

function showRelease(facts: NoteFacts, change: Change | undefined): ReleaseView {
  const { workload, state, check } = facts;
  const { release, replicas, available, pinnedBy } = workload;
  return {
    number: release.number,
    name: `r${release.number}`,
    commit: release.commit,
    image: release.image,
    state,
    note: releaseNote(facts),
    pods: { wanted: replicas, ready: available },
    ...(pinnedBy === undefined ? {} : { pinnedBy }),
    ...(check ? { checked: { at: check.at, fault: check.fault } } : {}),
    change: release.change,
    ...(change ? { kind: change.kind, title: change.title } : {}),
    createdAt: release.createdAt,
  };
}
