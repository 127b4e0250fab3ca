import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { type KubernetesOptions, kubernetesCluster } from '../../../shared/adapters/kubernetes/cluster.ts';
import { decode } from '../../../shared/adapters/kubernetes/secrets.ts';
import { buildSettings } from '../../../shared/domain/app-spec.ts';
import { workloadName } from '../../../shared/domain/naming.ts';
import { type ClusterWorld, eventually, uniqueKey } from '../cluster/world.ts';
import type { ApiServer } from './api-server.ts';
import { startKubelet } from './kubelet.ts';

export const BUILDS = 'cite-builds';
export const DIGEST = `sha256:${'d'.repeat(64)}`;
const OUTPUT = 'first line\nzweite Zeile ü\nthird line\n';

/** The adapter under test, for whom this kubeconfig speaks. */
export const clusterOf = (kubeconfig: string, options: Partial<KubernetesOptions> = {}) =>
  kubernetesCluster({
    clock: () => new Date(),
    kubeconfig,
    platformNamespace: 'cite-system',
    buildNamespace: BUILDS,
    buildImage: 'registry.test/buildkit:1',
    imagePrefix: 'registry.test/apps',
    buildNodes: 'any',
    buildHostUsers: true,
    pullSecret: false,
    ...options,
  });

/** The contract's world on a real API server and its controllers; the test plays the kubelet. */
export async function kubernetesWorld({ kubeconfig, connection }: ApiServer): Promise<ClusterWorld> {
  const { core, apps } = connection;
  const cluster = clusterOf(kubeconfig);
  await core.createNamespace({ body: { metadata: { name: BUILDS } } }).catch(() => undefined);
  const kubelet = await startKubelet(connection, (container) =>
    container === 'app' ? OUTPUT : `${container}: done\n`,
  );
  const podsOf = async (namespace: string, labelSelector: string): Promise<V1Pod[]> =>
    (await core.listNamespacedPod({ namespace, labelSelector })).items;
  const podsOfRelease = (namespace: string, app: string, release: number) =>
    podsOf(namespace, `cite.dev/app=${app},cite.dev/release=r${release}`);

  return {
    cluster,
    goodImage: `registry.test/good@${DIGEST}`,
    goodOutput: OUTPUT,
    crashingImage: `registry.test/crashing@${DIGEST}`,

    async makeReady({ namespace, name }, release) {
      await eventually(async () => {
        const deployment = await apps.readNamespacedDeployment({
          namespace,
          name: workloadName(name, release),
        });
        for (const pod of await podsOfRelease(namespace, name, release))
          if (pod.status?.phase === 'Pending')
            await kubelet.report(pod, 'Running', () => ({ state: { running: { startedAt: new Date() } } }));
        expect(deployment.status?.availableReplicas).toBe(deployment.spec?.replicas);
      });
    },

    async makeCrash({ namespace, name }, release) {
      await eventually(async () => {
        const pods = await podsOfRelease(namespace, name, release);
        expect(pods).not.toEqual([]);
        for (const pod of pods)
          await kubelet.report(pod, 'Running', () => ({
            state: {
              waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' },
            },
            lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'no such file' } },
            restartCount: 2,
          }));
      });
    },

    async environmentOf({ namespace, name: app }, release) {
      const name = workloadName(app, release);
      const { spec } = await apps.readNamespacedDeployment({ namespace, name });
      const [container] = spec?.template.spec?.containers ?? [];
      const environment: Record<string, string> = {};
      for (const { configMapRef, secretRef } of container?.envFrom ?? []) {
        if (configMapRef?.name)
          Object.assign(
            environment,
            (await core.readNamespacedConfigMap({ namespace, name: configMapRef.name })).data,
          );
        if (secretRef?.name)
          Object.assign(
            environment,
            decode((await core.readNamespacedSecret({ namespace, name: secretRef.name })).data ?? {}),
          );
      }
      for (const { name: key, value = '' } of container?.env ?? []) environment[key] = value;
      return environment;
    },

    async makeForeignService({ namespace, name }) {
      const spec = { selector: { app: 'theirs' }, ports: [{ port: 8443 }] };
      await core.createNamespacedService({ namespace, body: { metadata: { name }, spec } });
    },

    async makeForeignSecret(namespace, name) {
      const body = { metadata: { name }, stringData: { foreign: 'yes' } };
      await core.createNamespacedSecret({ namespace, body });
    },

    buildJob: async (_ending, overrides) => ({
      key: uniqueKey(),
      repository: 'Acme/Shop',
      commit: 'c'.repeat(40),
      cloneUrl: 'https://git.test/Acme/Shop.git',
      settings: buildSettings.parse({}),
      timeoutSeconds: 600,
      ...overrides,
    }),

    async finishBuild(key, ending) {
      const failed = ending === 'fails';
      const message = failed
        ? 'npm error Missing script: "build"\n'
        : JSON.stringify({ image: `registry.test/x@${DIGEST}` });
      await eventually(async () => {
        const [pod] = await podsOf(BUILDS, `cite.dev/build=${key}`);
        if (!pod) throw new Error('the Job has no pod yet');
        await kubelet.report(pod, failed ? 'Failed' : 'Succeeded', (container) => ({
          state: {
            terminated:
              container === 'build'
                ? { exitCode: failed ? 1 : 0, message }
                : { exitCode: 0, reason: 'Completed' },
          },
        }));
      });
    },

    close: () => kubelet.close(),
  };
}
