import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../test/cluster/machine.ts';
import type { ClusterWorld } from '../../test/cluster/world.ts';
import type { Baseline } from './run.ts';
import type { VisitedApp } from './stage.ts';
import type { Span } from './visits.ts';

const NAME = 'plain';
/** Between two updates. */
const REST_MS = 3000;
const HOST = `${NAME}.apps.cite.test`;

/**
 * A plain Deployment of the App's own image, with as many pods and the same readiness, behind a Service and the same
 * gateway: each of its releases is a rolling update with Kubernetes' defaults.
 */
export async function rolling({ machine }: ClusterWorld, { app }: VisitedApp): Promise<Baseline> {
  const image = (await app.releases())[0]?.image ?? '';
  let release = 1;
  await machine.apply(objects(image, release));
  await rolledOut(machine);
  const mapping = ['wait', '--for=condition=Ready', `domainmapping/${HOST}`, '--timeout=60s'];
  await machine.kubectl('-n', NAME, ...mapping);
  return {
    authority: HOST,
    async run(over) {
      const updates: Span[] = [];
      while (!over()) {
        const from = Date.now();
        const env = `RELEASE=r${++release}`;
        // Neither while the API server is away: it is asked again.
        await insist(() => machine.kubectl('-n', NAME, 'set', 'env', `deployment/${NAME}`, env));
        await insist(() => rolledOut(machine));
        updates.push({ from, to: Date.now() });
        await sleep(REST_MS);
      }
      return updates;
    },
  };
}

const rolledOut = ({ kubectl }: Machine) =>
  kubectl('-n', NAME, 'rollout', 'status', `deployment/${NAME}`, '--timeout=180s');

const TIMES = 60;

async function insist(work: () => Promise<unknown>): Promise<void> {
  for (let i = 1; ; i++) {
    try {
      return void (await work());
    } catch (err) {
      if (i === TIMES) throw err;
      await sleep(1000);
    }
  }
}

const objects = (image: string, release: number) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: NAME, namespace: NAME },
        spec: {
          replicas: 2,
          minReadySeconds: 1,
          selector: { matchLabels: { app: NAME } },
          template: {
            metadata: { labels: { app: NAME } },
            spec: {
              terminationGracePeriodSeconds: 30,
              containers: [
                {
                  name: 'app',
                  image,
                  ports: [{ name: 'http', containerPort: 8080 }],
                  env: [
                    { name: 'PORT', value: '8080' },
                    { name: 'RELEASE', value: `r${release}` },
                  ],
                  resources: { requests: { cpu: '10m' } },
                  readinessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 1, timeoutSeconds: 1 },
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: NAME, namespace: NAME },
        // A number: Kourier does not look a named one up.
        spec: { selector: { app: NAME }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
      },
      {
        apiVersion: 'networking.internal.knative.dev/v1alpha1',
        kind: 'ClusterDomainClaim',
        metadata: { name: HOST },
        spec: { namespace: NAME },
      },
      {
        apiVersion: 'serving.knative.dev/v1beta1',
        kind: 'DomainMapping',
        metadata: { name: HOST, namespace: NAME },
        spec: { ref: { apiVersion: 'v1', kind: 'Service', name: NAME, namespace: NAME } },
      },
    ],
  });
