import type { Connection } from '../../../shared/adapters/kubernetes/connection.ts';
import { docker } from '../../../test/cluster/files.ts';
import { untilIdle } from '../../../test/cluster/platform-pods.ts';
import type { ClusterWorld } from '../../../test/cluster/world.ts';
import type { App } from '../../../test/e2e/app.ts';
import type { Figure } from '../figure.ts';
import { percentile } from '../statistics.ts';
import { type Seen, watching } from './watching.ts';

const REDEPLOYS = 15;
const PUSHES = 5;
/** Of performance.md: the event path itself takes 8 to 11 ms. */
const READY_TO_PATCHED_MS = 40;

interface Deployment {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly replicas: number };
  readonly status: { readonly availableReplicas?: number };
}
interface Service {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly selector: Readonly<Record<string, string>> };
}
interface Job {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const FLOOR = 'bench-floor';
const isAvailable = ({ object: { spec, status } }: Seen<Deployment>) =>
  spec.replicas > 0 && (status.availableReplicas ?? 0) >= spec.replicas;

/**
 * From "every pod is available" to "the Service selects it", both as a watch from outside sees them. Baseline: a
 * controller that never sleeps, in this process, which patches a Service of its own at the same moment.
 */
export async function switching(world: ClusterWorld, connection: Connection): Promise<readonly Figure[]> {
  // The one of a run before: the cluster stays up between them.
  await world.machine.kubectl('-n', 'acme', 'delete', 'app', 'bench', '--ignore-not-found', '--wait');
  const { repository, app } = await world.anApp(docker.answering('bench 0'), { name: 'bench' });
  await app.untilLive('bench 0');
  await world.machine.apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: FLOOR, namespace: app.namespace },
      spec: { selector: { none: 'none' }, ports: [{ port: 80 }] },
    }),
  );
  const of = (kind: string) => kind.replace('{}', app.namespace);
  const deployments = await watching<Deployment>(connection, of('/apis/apps/v1/namespaces/{}/deployments'));
  const services = await watching<Service>(connection, of('/api/v1/namespaces/{}/services'));
  const jobs = await watching<Job>(connection, '/apis/batch/v1/namespaces/cite-builds/jobs');

  const patchFloor = async (release: string) => {
    const { core } = connection;
    const body = [{ op: 'add', path: '/metadata/annotations', value: { release } }];
    await core.patchNamespacedService({ namespace: app.namespace, name: FLOOR, body });
  };
  /** The moments of one release, from its Deployment to its being selected. */
  const follow = async (number: number) => {
    const name = `${app.name}-r${number}`;
    const made = await deployments.until(({ object }) => object.metadata.name === name);
    const available = await deployments.until((one) => one.object.metadata.name === name && isAvailable(one));
    const [floor, selected] = await Promise.all([
      patchFloor(name).then(() =>
        services.until(({ object }) => object.metadata.annotations?.release === name),
      ),
      services.until(
        ({ object }) =>
          object.metadata.name === app.name && object.spec.selector['cite.dev/release'] === `r${number}`,
      ),
    ]);
    return { made: made.at, available: available.at, floor: floor.at, selected: selected.at };
  };

  const warm: { ours: number; floor: number }[] = [];
  let number = await newest(app);
  for (let i = 0; i < REDEPLOYS; i++) {
    await app.wish('redeploy');
    const { available, floor, selected } = await follow(++number);
    warm.push({ ours: selected - available, floor: floor - available });
    await settled(app);
  }

  /** Push → live, less build and pod start: what the platform itself takes. */
  const push = async (version: string) => {
    const known = new Set(jobs.seen.map(({ object }) => object.metadata.name));
    const pushed = performance.now();
    await repository.push(docker.answering(version));
    const job = await jobs.until(({ object }) => !known.has(object.metadata.name));
    const { name } = job.object.metadata;
    const built = await jobs.until(
      ({ object }) =>
        object.metadata.name === name &&
        (object.status.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True') ??
          false),
    );
    const { made, available, selected } = await follow(++number);
    await settled(app);
    return job.at - pushed + (made - built.at) + (selected - available);
  };
  const pushes: number[] = [];
  for (let i = 1; i <= PUSHES; i++) pushes.push(await push(`bench ${i}`));
  await untilIdle(world.machine);
  const cold = await push('bench cold');
  for (const one of [deployments, services, jobs]) one.end();

  const baseline = (part: number) => ({
    what: 'a controller that never sleeps',
    value: percentile(
      warm.map(({ floor }) => floor),
      part,
    ),
  });
  const ours = warm.map((one) => one.ours);
  return [
    {
      what: `ready → selected, p50 of ${REDEPLOYS}, functions awake`,
      unit: 'ms',
      ours: percentile(ours, 0.5),
      baseline: baseline(0.5),
      goal: { of: 'ours', atMost: READY_TO_PATCHED_MS },
    },
    {
      what: `ready → selected, most of ${REDEPLOYS}`,
      unit: 'ms',
      ours: percentile(ours, 1),
      baseline: baseline(1),
    },
    {
      what: `push → live less build and pod start, p50 of ${PUSHES}`,
      unit: 'ms',
      ours: percentile(pushes, 0.5),
    },
    { what: 'the same, first push after idle', unit: 'ms', ours: cold },
  ];
}

const newest = async (app: App) => Math.max(...(await app.releases()).map((release) => release.number));

const settled = (app: App) => app.untilSettled();
