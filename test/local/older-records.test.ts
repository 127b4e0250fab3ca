import { afterAll, beforeAll, expect, test } from 'vitest';
import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { Records } from '../../scripts/local/cluster/records/records.ts';
import type { AppSpec } from '../../shared/domain/app-spec.ts';
import { appSpec } from '../../shared/domain/app-spec.ts';
import { address, temporaryFolder } from './world.ts';

const clock = () => new Date();
let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

test('an App that a version before wrote has what is new since, at its default', async () => {
  const { dir } = folder;
  const cluster = localCluster({ dir, clock, serviceAddress: address });
  const ref = { namespace: 'acme', name: 'shop' };
  await cluster.createNamespace('acme', 'acme');
  await cluster.createApp(ref, appSpec.parse({ repository: 'acme/shop', branch: 'main' }));
  const records = new Records(dir, clock);
  const record = records.get('App', ref.namespace, ref.name) ?? expect.unreachable();
  const { notifications: _, ...older } = record.body.spec;
  records.update(record, { ...record.body, spec: older as AppSpec });
  expect((await cluster.getApp(ref))?.spec.notifications).toEqual([]);
  expect((await cluster.listApps())[0]?.spec.notifications).toEqual([]);
  records.database.close();
  cluster.close();
});
