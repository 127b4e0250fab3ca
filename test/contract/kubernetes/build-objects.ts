import { beforeAll, expect, test } from 'vitest';
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
      settings: buildSettings.parse({ command: 'echo $(HOME) $HOME "x"' }),
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
    const { made, job } = await start({ cloneUrl: 'https://git.test/$(HOME)/$(COMMIT)"; rm -rf /.git' });
    const pod = made.spec?.template.spec;
    const script = pod?.initContainers?.[0]?.command?.join('\n') ?? '';
    expect(script).not.toContain('git.test');
    const values = Object.fromEntries(
      [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].flatMap(({ env }) =>
        (env ?? []).map(({ name, value }) => [name, value]),
      ),
    );
    expect(values.CLONE_URL).toBe('https://git.test/$$(HOME)/$$(COMMIT)"; rm -rf /.git');
    expect(JSON.parse(values.SETTINGS?.replaceAll('$$', '$') ?? '')).toEqual(job.settings);
    expect(values.IMAGE).toBe(`registry.test/apps/acme/shop:b-${job.key}`);
  });
}
