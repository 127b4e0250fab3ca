import { beforeAll, expect, test } from 'vitest';
import { mergePatch } from '../../../shared/adapters/kubernetes/connection.ts';
import { buildSettings } from '../../../shared/domain/app-spec.ts';
import type { NewBuildJob } from '../../../shared/ports/cluster.ts';
import { eventually, uniqueKey } from '../cluster/world.ts';
import type { ApiServer } from './api-server.ts';
import { BUILDS, clusterOf } from './world.ts';

export function buildObjectTests(server: () => ApiServer): void {
  const cluster = () => clusterOf(server().kubeconfig);
  const start = async (overrides: Partial<NewBuildJob> = {}) => {
    const job: NewBuildJob = {
      key: uniqueKey(),
      repository: 'Acme/Shop',
      commit: 'c'.repeat(40),
      cloneUrl: 'https://git.test/Acme/Shop.git',
      settings: buildSettings.parse({}),
      timeoutSeconds: 600,
      ...overrides,
    };
    await cluster().startBuildJob(job);
    const name = `b-${job.key}`;
    return {
      job,
      name,
      made: await server().connection.batch.readNamespacedJob({ namespace: BUILDS, name }),
    };
  };
  beforeAll(async () => {
    const body = { metadata: { name: BUILDS } };
    await server()
      .connection.core.createNamespace({ body })
      .catch(() => undefined);
  });

  test('the credential is in reach of the clone step alone, and nowhere in the Job', async () => {
    const { name, made } = await start({ credential: 's3cret-token' });
    expect(JSON.stringify(made)).not.toContain('s3cret-token');
    const pod = made.spec?.template.spec;
    const holders = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].filter(({ volumeMounts }) =>
      volumeMounts?.some((mount) => mount.name === 'credential'),
    );
    expect(holders.map((container) => container.name)).toEqual(['clone']);
    expect(pod?.automountServiceAccountToken).toBe(false);
    const secret = await cluster().readSecret(BUILDS, name);
    const basic = Buffer.from('x-access-token:s3cret-token').toString('base64');
    expect(secret?.config).toContain(
      `[http "https://git.test/"]\n\textraHeader = Authorization: Basic ${basic}`,
    );
  });

  test('the credential goes with its Job', async () => {
    const { job, name } = await start({ credential: 's3cret-token' });
    await cluster().deleteBuildJob(job.key);
    await eventually(async () => expect(await cluster().readSecret(BUILDS, name)).toBeUndefined());
  });

  test('a start that was cut short before the credential is finished by the next', async () => {
    const { job, name } = await start();
    expect(await cluster().readSecret(BUILDS, name)).toBeUndefined();
    await cluster().startBuildJob({ ...job, credential: 's3cret-token' });
    expect(await cluster().readSecret(BUILDS, name)).toHaveProperty('config');
  });

  test('what a person wrote reaches the steps as values, with nothing expanded', async () => {
    const env = { GREETING: '$(HOME) $HOME "x"; rm -rf /' };
    const settings = buildSettings.parse({ context: 'app $(HOME)', command: 'echo $(HOME) "x"', env });
    const cloneUrl = 'https://git.test/$(HOME)/$(COMMIT)"; rm -rf /.git';
    const { made, job } = await start({ cloneUrl, settings });
    const pod = made.spec?.template.spec;
    const [clone] = pod?.initContainers ?? [];
    const [build] = pod?.containers ?? [];
    for (const { command = [] } of [clone, build].filter((step) => step !== undefined))
      expect(command[2]).not.toMatch(/git\.test|HOME|GREETING/);
    const value = (name: string) =>
      [...(clone?.env ?? []), ...(build?.env ?? [])].find((one) => one.name === name)?.value;
    expect(value('CLONE_URL')).toBe('https://git.test/$$(HOME)/$$(COMMIT)"; rm -rf /.git');
    expect(value('CONTEXT')).toBe('app $$(HOME)');
    expect(value('NODE_DOCKERFILE')).toContain('echo $$(HOME) \\"x\\"');
    expect(value('IMAGE')).toBe(`registry.test/apps/acme/shop:b-${job.key}`);
    expect(build?.command?.slice(4)).toEqual(['--opt', 'build-arg:GREETING=$$(HOME) $$HOME "x"; rm -rf /']);
  });

  test('builds go where the operator wants them, and push with what is in their Namespace', async () => {
    const job = { ...(await start()).job, key: uniqueKey() };
    const options = { buildNodes: 'dedicated', buildHostUsers: false } as const;
    await clusterOf(server().kubeconfig, options).startBuildJob(job);
    const made = await server().connection.batch.readNamespacedJob({
      namespace: BUILDS,
      name: `b-${job.key}`,
    });
    const pod = made.spec?.template.spec;
    expect(pod).toMatchObject({ hostUsers: false, nodeSelector: { 'cite.dev/builds': 'true' } });
    expect(pod?.tolerations).toEqual([{ key: 'cite.dev/builds', operator: 'Exists' }]);
    const holders = (secretName: string) => {
      const volume = pod?.volumes?.find(({ secret }) => secret?.secretName === secretName)?.name;
      return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]
        .filter(({ volumeMounts }) => volumeMounts?.some(({ name }) => name === volume))
        .map(({ name }) => name);
    };
    expect(holders('cite-registry')).toEqual(['build']);
  });

  const waiting = async (key: string) => (await cluster().getBuildJob(key))?.waiting;

  test('a build whose pod no node takes says so, for as long as it is so', async () => {
    const { job } = await start();
    expect(await waiting(job.key)).toBeUndefined();
    const { core } = server().connection;
    const pods = () =>
      core.listNamespacedPod({ namespace: BUILDS, labelSelector: `cite.dev/build=${job.key}` });
    await eventually(async () => expect((await pods()).items).toHaveLength(1));
    const name = (await pods()).items[0]?.metadata?.name ?? '';
    const placed = async (status: 'False' | 'True', message: string) => {
      const conditions = [{ type: 'PodScheduled', status, reason: 'Unschedulable', message }];
      await core.patchNamespacedPodStatus(
        { namespace: BUILDS, name, body: { status: { conditions } } },
        mergePatch,
      );
    };
    await placed('False', '0/1 nodes are available: 1 Insufficient memory.');
    expect(await waiting(job.key)).toBe(
      'no node takes its pod: 0/1 nodes are available: 1 Insufficient memory.',
    );
    await placed('True', '');
    expect(await waiting(job.key)).toBeUndefined();
  });

  test('a build whose pod the quota leaves no room for says so', async () => {
    const { core } = server().connection;
    const quota = { metadata: { name: 'no-pods' }, spec: { hard: { pods: '0' } } };
    await core.createNamespacedResourceQuota({ namespace: BUILDS, body: quota });
    try {
      await eventually(async () => {
        const { status } = await core.readNamespacedResourceQuota({ namespace: BUILDS, name: 'no-pods' });
        expect(status?.hard?.pods).toBe('0');
      });
      const { job } = await start();
      await eventually(async () =>
        expect(await waiting(job.key)).toMatch(/^its pod cannot be made: exceeded quota: no-pods/),
      );
    } finally {
      await core.deleteNamespacedResourceQuota({ namespace: BUILDS, name: 'no-pods' });
    }
  });
}
