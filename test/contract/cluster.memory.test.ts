import { buildSettings } from '../../shared/domain/app-spec.ts';
import { memoryCluster, OUTPUT } from '../memory/cluster.ts';
import { kubelet } from '../memory/kubelet.ts';
import { MemoryObjects } from '../memory/objects.ts';
import { uniqueKey } from './cluster/world.ts';
import { type ClusterWorld, clusterContract } from './cluster.ts';

const TICK_MS = 20;

async function open(): Promise<ClusterWorld> {
  let uids = 0;
  const clock = () => new Date();
  const objects = new MemoryObjects(clock, () => `uid-${++uids}`);
  const cluster = memoryCluster(objects);
  const machine = kubelet(objects, clock);
  // What was ready stays so: scaled to 0 and up again too.
  const ready = new Set<string>();
  const key = ({ namespace, name }: { namespace: string; name: string }, release: number) =>
    `${namespace}/${name}-r${release}`;
  const ticking = setInterval(() => {
    for (const { body } of machine.unobserved())
      if (ready.has(key(body.app, body.release.number)) || body.replicas === 0)
        machine.ready(body.app, body.release.number);
    machine.endLateBuilds();
    machine.followSelectors();
  }, TICK_MS);

  return {
    cluster,
    goodImage: `local/acme/shop@sha256:${'a'.repeat(64)}`,
    goodOutput: OUTPUT,
    crashingImage: `local/acme/shop@sha256:${'b'.repeat(64)}`,
    async makeReady(app, release) {
      ready.add(key(app, release));
      machine.ready(app, release);
    },
    makeCrash: async (app, release) => machine.crash(app, release, true),
    async environmentOf({ namespace, name }, release) {
      const deployment = objects.get('Deployment', namespace, `${name}-r${release}`);
      const secret = objects.get('Secret', namespace, `${name}-r${release}`);
      return {
        ...deployment?.body.pod.env,
        ...secret?.body.content,
        PORT: String(deployment?.body.pod.port),
      };
    },
    async makeForeignService({ namespace, name }) {
      objects.insert('Service', { namespace, name }, {}, { port: 80, epoch: 0 });
    },
    async makeForeignSecret(namespace, name) {
      objects.insert('Secret', { namespace, name }, {}, { content: { foreign: 'yes' } });
    },
    buildJob: async (_ending, overrides) => ({
      key: uniqueKey(),
      repository: 'acme/shop',
      commit: 'c'.repeat(40),
      cloneUrl: 'http://code.test/acme/shop',
      settings: buildSettings.parse({}),
      timeoutSeconds: 60,
      ...overrides,
    }),
    finishBuild: async (job, ending) => machine.endBuild(job, ending === 'succeeds'),
    close: async () => clearInterval(ticking),
  };
}

clusterContract('the cluster in memory', open);
