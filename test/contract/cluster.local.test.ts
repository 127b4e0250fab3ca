import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { podFolder } from '../../scripts/local/cluster/folders.ts';
import { Records } from '../../scripts/local/cluster/records/records.ts';
import { supervisor } from '../../scripts/local/cluster/supervisor/supervisor.ts';
import { buildSettings } from '../../shared/domain/app-spec.ts';
import { address, commitFiles, putImage, temporaryFolder } from '../local/world.ts';
import { eventually, uniqueKey } from './cluster/world.ts';
import { type BuildEnding, type ClusterWorld, clusterContract } from './cluster.ts';

const clock = () => new Date();
const goodOutput = 'one\ntwo\nthree\n';
const good = `
  require('node:fs').writeFileSync('environment.json', JSON.stringify(process.env));
  require('node:net').createServer((socket) => socket.end()).listen(process.env.PORT, () => {
    process.stdout.write(${JSON.stringify(goodOutput)});
  });
`;

async function open(): Promise<ClusterWorld> {
  const { dir, remove } = temporaryFolder();
  const records = new Records(dir, clock);
  const cluster = localCluster({ dir, clock, serviceAddress: address });
  const machine = supervisor({ dir, clock, log: pino({ level: 'silent' }), closeGraceMs: 1000 });
  const images = {
    good: await putImage(dir, { 'server.js': good }),
    crashing: await putImage(dir, { 'server.js': 'process.exit(3)' }),
  };
  const repository = join(dir, 'repository');
  const start: Record<BuildEnding, string> = { succeeds: 'echo built', fails: 'exit 7', hangs: 'sleep 60' };
  const commit = commitFiles(repository, { 'package.json': '{}', 'server.js': '' });
  await machine.start();

  return {
    cluster,
    goodImage: images.good,
    goodOutput,
    crashingImage: images.crashing,
    makeReady: (app, release) =>
      eventually(async () => {
        const workload = await cluster.getWorkload(app, release);
        if (!workload || workload.available < workload.replicas) throw new Error(`r${release} is not ready`);
      }),
    makeCrash: (app, release) =>
      eventually(async () => {
        const pods = await cluster.listPods(app, release);
        if (!pods.some(({ reason }) => reason === 'CrashLoopBackOff')) throw new Error('no pod has crashed');
      }),
    environmentOf: (app, release) =>
      eventually(async () => {
        const [pod] = await cluster.listPods(app, release);
        const folder = podFolder(dir, app.namespace, pod?.name ?? 'none');
        return JSON.parse(readFileSync(join(folder, 'root', 'environment.json'), 'utf8'));
      }),
    async makeForeignService({ namespace, name }) {
      records.insert('Service', { namespace, name }, {}, { port: 80, epoch: 0 });
    },
    async makeForeignSecret(namespace, name) {
      records.insert('Secret', { namespace, name }, {}, { content: { foreign: 'yes' } });
    },
    buildJob: async (ending, overrides) => ({
      key: uniqueKey(),
      repository: 'acme/shop',
      commit,
      cloneUrl: pathToFileURL(repository).href,
      settings: buildSettings.parse({ command: start[ending] }),
      timeoutSeconds: 60,
      ...overrides,
    }),
    finishBuild: (key) =>
      eventually(async () => {
        if ((await cluster.getBuildJob(key))?.phase === 'running') throw new Error(`${key} is still running`);
      }),
    async close() {
      await machine.close();
      cluster.close();
      records.close();
      remove();
    },
  };
}

clusterContract('the cluster of one machine', open);
