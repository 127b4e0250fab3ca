import { expect, test } from 'vitest';
import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { Records } from '../../scripts/local/cluster/records/records.ts';
import { appSpec } from '../../shared/domain/app-spec.ts';
import { podWorlds } from './pod-world.ts';
import { address } from './world.ts';

const world = podWorlds();
const clock = () => new Date();
const spec = appSpec.parse({ repository: 'acme/web', branch: 'main' });

test('a name that is refused is told, as it was given', async () => {
  const cluster = localCluster({ dir: world().dir, clock, serviceAddress: address });
  await expect(cluster.createNamespace('A\nB', 'acme')).rejects.toThrow('"A\\nB" is not a name');
  await expect(cluster.createApp({ namespace: 'acme', name: '-x' }, spec)).rejects.toThrow(
    '"-x" is not a name',
  );
  await expect(cluster.createApp({ namespace: 'none', name: 'x' }, spec)).rejects.toThrow(
    '"none" is not there',
  );
  await expect(cluster.writeSecret('acme', 'a/b', {})).rejects.toThrow('"a/b" is not a name');
  cluster.close();
});

test('a release is labelled as it is on a cluster: r12', async () => {
  await world().want(`local/acme/shop@sha256:${'0'.repeat(64)}`, 12, { replicas: 1 });
  const records = new Records(world().dir, clock);
  expect(records.list('Deployment').map(({ labels }) => labels['cite.dev/release'])).toEqual(['r12']);
  records.close();
});
