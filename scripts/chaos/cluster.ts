import { GATEWAY, restartApiServer } from '../../test/cluster/machine.ts';
import { functionPods } from '../../test/cluster/platform-pods.ts';
import { tick } from '../../test/cluster/ticks.ts';
import type { ClusterWorld } from '../../test/cluster/world.ts';
import { until } from '../../test/e2e/until.ts';
import type { Scene, Stage, Whose } from './stage.ts';

const PATIENCE_MS = 180_000;

/** Parts of Knative's default broker: they take events, keep them (in memory) and hand them over. */
const BROKER = [
  'app.kubernetes.io/component=broker-ingress',
  'app.kubernetes.io/component=imc-dispatcher',
  'app.kubernetes.io/component=broker-filter',
];

export interface ClusterStage extends Stage {
  readonly world: ClusterWorld;
  killFunction(scene: Scene): Promise<string>;
  /** One of the broker's parts, with the events that it holds. */
  killBroker(scene: Scene): Promise<string>;
  /** One of the adapters that tell what changes in the cluster. */
  killSource(scene: Scene): Promise<string>;
  restartRedis(): Promise<string>;
  restartApiServer(): Promise<string>;
  killPod(scene: Scene, whose: Whose): Promise<string>;
}

export function clusterStage(world: ClusterWorld): ClusterStage {
  const { kubectl } = world.machine;
  const pods = async (namespace: string, ...selector: string[]) => {
    const found = await kubectl('-n', namespace, 'get', 'pods', '-l', selector.join(','), '-o', 'name');
    return found.split('\n').filter((pod) => pod !== '');
  };
  const kill = async (namespace: string, pod: string) => {
    const options = ['--grace-period=0', '--force', '--wait=false', '--ignore-not-found'];
    await kubectl('-n', namespace, 'delete', pod, ...options);
    return pod.replace('pod/', '');
  };
  const liveOf = ({ namespace, name }: Scene['app']) =>
    kubectl('-n', namespace, 'get', 'service', name, '-o', 'jsonpath={.spec.selector.cite\\.dev/release}');

  return {
    world,
    reach: world,
    door: { host: GATEWAY, port: 80 },
    anApp: (files, settings) => world.anApp(files, settings),
    helpOn: () => tick(world.machine, 'resync'),

    async killFunction({ pick }) {
      const found = await until(
        'a function runs',
        () => functionPods(world.machine),
        (all) => all.length > 0,
        PATIENCE_MS,
      );
      return kill('cite-system', pick(found));
    },

    async killBroker({ pick }) {
      return kill('knative-eventing', pick(await pods('knative-eventing', pick(BROKER))));
    },

    async killSource({ pick }) {
      return kill('cite-system', pick(await pods('cite-system', 'eventing.knative.dev/source')));
    },

    async restartRedis() {
      await kubectl('-n', 'cite-system', 'delete', 'pod', 'redis-0');
      const status = ['rollout', 'status', 'statefulset/redis', '--timeout=120s'];
      await kubectl('-n', 'cite-system', ...status);
      return 'redis-0';
    },

    async restartApiServer() {
      await restartApiServer(world.machine);
      return 'kube-apiserver';
    },

    async killPod({ app, pick }, whose) {
      const live = await liveOf(app);
      const ofApp = `cite.dev/app=${app.name}`;
      const own = `cite.dev/release${whose === 'live' ? '=' : '!='}${live}`;
      const found = await pods(app.namespace, ofApp, own);
      if (found.length === 0) return 'none was there';
      const killed = await kill(app.namespace, pick(found));
      const workload = killed.replace(/-[^-]+-[^-]+$/, '');
      const status = ['rollout', 'status', `deployment/${workload}`, '--timeout=120s'];
      await kubectl('-n', app.namespace, ...status);
      return killed;
    },
  };
}
