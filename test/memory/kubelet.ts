import type { Bodies } from '../../scripts/local/cluster/records/kinds.ts';
import { APP, appLabels } from '../../scripts/local/cluster/records/labels.ts';
import type { Objects, Stored } from '../../scripts/local/cluster/records/records.ts';
import type { AppRef } from '../../shared/domain/app.ts';

type Deployment = Stored<'Deployment'>;

/** What a cluster does by itself, one thing at a time, when it is told to: pods come, get ready and crash, builds end. */
export function kubelet(objects: Objects, clock: () => Date) {
  const deployment = ({ namespace, name }: AppRef, release: number) =>
    objects.get('Deployment', namespace, `${name}-r${release}`);

  const podsOf = ({ namespace, name }: Deployment) =>
    objects.list('Pod', { namespace }).filter((pod) => pod.name.startsWith(`${name}-`));

  function setStatus(
    record: Deployment,
    available: number,
    progress: 'progressing' | 'complete' | 'deadline exceeded',
  ) {
    const { generation, replicas } = record.body;
    const status = {
      observed: generation,
      pods: replicas,
      ready: available,
      available,
      progress,
      progressAt: clock().toISOString(),
    };
    objects.update(record, { ...record.body, status });
  }

  function setPods(
    record: Deployment,
    state: Pick<Bodies['Pod'], 'restarts'> & Partial<Bodies['Pod']>,
    ready: number,
  ) {
    const { app, release, replicas } = record.body;
    const { namespace, name } = record;
    const wanted = Array.from({ length: replicas }, (_, i) => `${name}-${i}`);
    for (const pod of podsOf(record)) if (!wanted.includes(pod.name)) objects.remove(pod);
    const { port } = record.body.pod;
    for (const [i, pod] of wanted.entries()) {
      const body: Bodies['Pod'] = {
        app: { namespace: app.namespace, name: app.name },
        release: release.number,
        phase: 'Running',
        ready: i < ready,
        address: addressOf(`10.0.${release.number}.${i + 1}`, port),
        ...state,
      };
      const there = objects.get('Pod', namespace, pod);
      if (there) objects.update(there, body);
      else objects.insert('Pod', { namespace, name: pod }, appLabels(app, release.number), body);
    }
  }

  const isObserved = ({ body }: Deployment) => body.status?.observed === body.generation;

  const self = {
    /** Deployments whose wanted number of pods nobody has seen to yet, or only in part. */
    unobserved: () =>
      objects
        .list('Deployment')
        .filter(
          (record) =>
            !isObserved(record) ||
            (record.body.status?.progress === 'progressing' && record.body.status.available > 0),
        ),

    ready(app: AppRef, release: number): void {
      const record = deployment(app, release);
      if (!record) return;
      setPods(record, { restarts: 0 }, record.body.replicas);
      setStatus(record, record.body.replicas, 'complete');
    },
    /** All but one of its pods are ready, on the way there. */
    nearlyReady(app: AppRef, release: number): void {
      const record = deployment(app, release);
      if (!record) return;
      const ready = Math.max(0, record.body.replicas - 1);
      setPods(record, { restarts: 0 }, ready);
      setStatus(record, ready, 'progressing');
    },
    /** Crashes at every start. `late`: for so long that its progress deadline is over. */
    crash(app: AppRef, release: number, late: boolean): void {
      const record = deployment(app, release);
      if (!record) return;
      const words = {
        reason: 'CrashLoopBackOff',
        message: 'back-off restarting failed container: exit code 1',
      };
      setPods(record, { restarts: 3, ...words }, 0);
      setStatus(record, 0, late ? 'deadline exceeded' : 'progressing');
    },
    /** Its pods, or one of them, are not ready just now, and nothing is said of why. */
    unready(app: AppRef, release: number, which: 'all' | 'one'): void {
      const record = deployment(app, release);
      if (!record) return;
      const ready = which === 'all' ? 0 : Math.max(0, record.body.replicas - 1);
      setPods(record, { restarts: 0 }, ready);
      setStatus(record, ready, 'complete');
    },

    runningBuilds: () => objects.list('Job').filter(({ body }) => body.phase === 'running'),
    endBuild(key: string, succeeds: boolean): void {
      const record = objects.list('Job').find(({ body }) => body.key === key && body.phase === 'running');
      if (!record) return;
      const image = `local/acme/shop@sha256:${key.padEnd(64, '0').slice(0, 64)}`;
      objects.update(record, {
        ...record.body,
        ...(succeeds ? { phase: 'succeeded', image } : { phase: 'failed', reason: 'exit code 7' }),
      });
    },
    /** Gives those whose time is over. */
    endLateBuilds(): readonly Bodies['Job'][] {
      const late = self
        .runningBuilds()
        .filter(({ created, body }) => clock().getTime() - Date.parse(created) >= body.timeoutSeconds * 1000);
      for (const record of late)
        objects.update(record, { ...record.body, phase: 'failed', reason: 'DeadlineExceeded' });
      return late.map(({ body }) => body);
    },

    /** Pods whose Workload went go; a Service's endpoints are the ready pods that it selects. */
    followSelectors(): void {
      for (const pod of objects.list('Pod'))
        if (!deployment({ namespace: pod.namespace, name: pod.body.app.name }, pod.body.release))
          objects.remove(pod);
      for (const { namespace, name, body } of objects.list('Service')) {
        const live = body.live === undefined ? undefined : deployment({ namespace, name }, body.live);
        const count = live && isObserved(live) ? (live.body.status?.available ?? 0) : 0;
        const endpoints = Array.from({ length: count }, (_, i) => ({
          release: body.live as number,
          host: '127.0.0.1',
          port: 1 + i,
        }));
        const slice = objects.get('EndpointSlice', namespace, name);
        if (slice) objects.update(slice, { endpoints });
        else if (count > 0)
          objects.insert('EndpointSlice', { namespace, name }, { [APP]: name }, { endpoints });
      }
    },
  };
  return self;
}

const addressOf = (host: string, port: number) => ({ host, port, authority: `${host}:${port}` });
