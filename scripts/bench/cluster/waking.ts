import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { REGISTRY } from '../../../test/cluster/machine.ts';
import type { ClusterWorld } from '../../../test/cluster/world.ts';
import { until } from '../../../test/e2e/until.ts';
import type { Figure } from '../figure.ts';
import { median } from '../statistics.ts';
import { containers } from './usage.ts';

const ROUNDS = 5;
const BARE = 'bench-bare';
const NAMESPACE = 'bench';
/** Issue 4: beyond the start of a pod that Knative needs anyway. */
const BEYOND_MS = 1000;
const RSS_MIB = 90;
const MIB = 1024 * 1024;

/**
 * First event after idle → answered, and the memory of the pod that then is warm. Baseline: a bare node:http server in
 * the same base image, with the same settings, asked in turn with the functions.
 */
export async function waking(world: ClusterWorld): Promise<readonly Figure[]> {
  await world.machine.apply(bareService);
  const { kubectl } = world.machine;
  await kubectl('-n', NAMESPACE, 'wait', '--for=condition=Ready', `ksvc/${BARE}`, '--timeout=120s');
  const gateway = await kubectl(
    '-n',
    'kourier-system',
    'get',
    'service',
    'kourier-internal',
    '-o',
    'jsonpath={.spec.clusterIP}',
  );
  const functions = ['switch-selector', 'on-push', 'on-dead-letter'];
  const services = [
    { namespace: NAMESPACE, name: BARE },
    ...functions.map((name) => ({ namespace: 'cite-system', name })),
  ];
  const times = new Map(services.map(({ name }) => [name, [] as number[]]));
  const rss = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { namespace, name } of services) {
      await until(
        `${name} is at zero`,
        () =>
          kubectl('-n', namespace, 'get', 'pods', '-l', `serving.knative.dev/service=${name}`, '-o', 'name'),
        (pods) => pods === '',
        180_000,
      );
      const began = performance.now();
      await ask(gateway, `${name}.${namespace}.svc.cluster.local`);
      times.get(name)?.push(performance.now() - began);
      for (let i = 0; i < 20; i++) await ask(gateway, `${name}.${namespace}.svc.cluster.local`);
      await sleep(1000);
      const [pod] = (await containers(world.machine)).filter(
        (one) => one.pod.startsWith(`${name}-`) && one.container === 'user-container',
      );
      if (pod) rss.set(name, pod.rssBytes / MIB);
    }
  }
  const time = (name: string) => median(times.get(name) ?? []);
  const bare = { what: 'bare node:http', value: time(BARE) };
  return functions.flatMap((name): Figure[] => [
    {
      what: `${name}: first event after idle → answered, p50 of ${ROUNDS}`,
      unit: 'ms',
      ours: time(name),
      baseline: bare,
      goal: { of: 'ours', atMost: Math.round(bare.value + BEYOND_MS) },
    },
    {
      what: `${name}: RSS of its warm container`,
      unit: 'MiB',
      ours: rss.get(name) ?? Number.NaN,
      baseline: { what: 'bare node:http', value: rss.get(BARE) ?? Number.NaN },
      goal: { of: 'ours', atMost: RSS_MIB },
    },
  ]);
}

/** An event that is nobody's business: the function looks at it and is done. */
function ask(gateway: string, host: string): Promise<void> {
  const headers = {
    host,
    'ce-specversion': '1.0',
    'ce-id': randomUUID(),
    'ce-type': 'dev.cite.bench',
    'ce-source': '/bench',
    'content-type': 'application/json',
  };
  return new Promise((resolve, reject) => {
    request({ host: gateway, method: 'POST', headers, timeout: 60_000 }, (res) => {
      res.resume().once('end', resolve);
    })
      .once('error', reject)
      .end('{"change":"bench"}');
  });
}

const bareService = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: {
        name: BARE,
        namespace: NAMESPACE,
        labels: { 'networking.knative.dev/visibility': 'cluster-local' },
      },
      spec: {
        template: {
          metadata: { annotations: { 'autoscaling.knative.dev/window': '6s' } },
          spec: {
            containers: [
              {
                image: `${REGISTRY}/library/node:24`,
                command: [
                  'node',
                  '-e',
                  "process.on('SIGTERM',()=>process.exit());require('node:http').createServer((q,r)=>r.writeHead(204).end()).listen(process.env.PORT)",
                ],
                resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
              },
            ],
          },
        },
      },
    },
  ],
});
