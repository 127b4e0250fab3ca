import type { Records, Stored } from '../../../scripts/local/cluster/records/records.ts';
import type { AppRef } from '../../../shared/domain/app.ts';

/** What happens in a cluster by itself, when the test says so: builds end, pods come and go, endpoints follow. */
export function kubelet(records: Records, clock: () => Date) {
  const deployment = (app: AppRef, release: number) => {
    const record = records.get('Deployment', app.namespace, `${app.name}-r${release}`);
    if (!record) throw new Error(`there is no Workload r${release} of ${app.name}`);
    return record;
  };

  function setPods(record: Stored<'Deployment'>, available: number, late = false): void {
    const { generation, replicas } = record.body;
    const complete = available >= replicas ? 'complete' : 'progressing';
    const status = {
      observed: generation,
      pods: replicas,
      ready: available,
      available,
      progress: late ? ('deadline exceeded' as const) : (complete as 'complete' | 'progressing'),
      progressAt: clock().toISOString(),
    };
    records.update(record, { ...record.body, status });
  }

  return {
    ready: (app: AppRef, release: number) => {
      const record = deployment(app, release);
      setPods(record, record.body.replicas);
    },
    /** None of its pods is ready, but nothing says that none will be. */
    unready: (app: AppRef, release: number) => setPods(deployment(app, release), 0),
    crash: (app: AppRef, release: number) => setPods(deployment(app, release), 0, true),

    /** True where something was still to do: a new generation's pods are ready. */
    readyAll(): boolean {
      const news = records.list('Deployment').filter(({ body }) => body.status?.observed !== body.generation);
      for (const record of news) setPods(record, record.body.replicas);
      return news.length > 0;
    },
    endBuild(key: string): void {
      const [record] = records.list('Job').filter(({ body }) => body.key === key);
      if (!record) throw new Error(`there is no build ${key}`);
      records.update(record, { ...record.body, phase: 'succeeded', image: imageOf(key) });
    },
    endBuilds(): boolean {
      const running = records.list('Job').filter(({ body }) => body.phase === 'running');
      for (const { body } of running) this.endBuild(body.key);
      return running.length > 0;
    },
    /** The Service's endpoints are the available pods that it selects. */
    followSelector({ namespace, name }: AppRef): void {
      const live = records.get('Service', namespace, name)?.body.live;
      const workload =
        live === undefined ? undefined : records.get('Deployment', namespace, `${name}-r${live}`)?.body;
      const isCurrent = workload?.status?.observed === workload?.generation;
      const count = isCurrent ? (workload?.status?.available ?? 0) : 0;
      const endpoints = Array.from({ length: count }, (_, i) => ({
        release: live as number,
        host: '127.0.0.1',
        port: 1 + i,
      }));
      const slice = records.get('EndpointSlice', namespace, name);
      if (slice) records.update(slice, { endpoints });
      else if (count > 0)
        records.insert('EndpointSlice', { namespace, name }, { 'cite.dev/app': name }, { endpoints });
    },
  };
}

const imageOf = (key: string) => `local/acme/shop@sha256:${key.padEnd(64, '0')}`;
