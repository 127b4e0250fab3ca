import { CloudEvent } from 'cloudevents';
import { activate } from '../../../functions/console/wishes/activate.ts';
import { cancel } from '../../../functions/console/wishes/cancel.ts';
import { hold, lift } from '../../../functions/console/wishes/hold.ts';
import { type ClusterChange, clusterEvents } from '../../../scripts/local/broker/cluster-events.ts';
import { storedEvent } from '../../../scripts/local/broker/event.ts';
import { readManifests } from '../../../scripts/local/broker/manifests.ts';
import { lastSequence } from '../../../scripts/local/cluster/feed.ts';
import type { App, AppRef } from '../../../shared/domain/app.ts';
import { type AppSpecInput, appSpec } from '../../../shared/domain/app-spec.ts';
import type { Change } from '../../../shared/domain/change.ts';
import type { CiteEvent } from '../../../shared/domain/events.ts';
import type { AppEvent, Cluster } from '../../../shared/ports/cluster.ts';
import type { Ports } from '../../../shared/runtime/ports.ts';
import { type MemoryCodeHost, memoryCodeHost, pushPayload } from '../../memory/code-host.ts';
import { memoryReceivers } from '../../memory/receivers.ts';
import { NOON } from '../../support/facts.ts';
import { functions } from './functions.ts';
import { Interventions } from './interventions.ts';
import { watched } from './invariants.ts';
import { kubelet } from './kubelet.ts';
import { Queue } from './queue.ts';
import { config, openSystems, silent, withUnreadable } from './systems.ts';

export type World = ReturnType<typeof openWorld>;

/** A world at rest, to begin others with: its folder must stay until they are open. */
export interface Snapshot {
  readonly dir: string;
  readonly now: number;
  readonly ids: number;
  readonly host: MemoryCodeHost;
}

export const SHOP: AppRef = { namespace: 'acme', name: 'shop' };
const REPOSITORY = 'acme/shop';

/** More deliveries than any scene needs: one that never comes to rest fails here. */
const MAX_DELIVERIES = 3000;
const RETRY_AFTER_MS = 1000;

/** Reasons of the Events that tell of verdicts, and of standbys. */
const verdicts = new Set([
  ...['Deployed', 'Superseded', 'Skipped', 'Cancelled', 'Refused', 'Failed'],
  ...['StandbyBroken', 'StandbyReady'],
]);

const manifests = readManifests('knative/base');

export interface PushOptions {
  readonly on?: string;
  readonly repository?: string;
  readonly branch?: string;
  readonly forced?: boolean;
  /** Whether the code host tells of it, whether that arrives, and whether its branch shows it at once. */
  readonly told?: boolean;
  readonly arrives?: boolean;
  readonly shown?: boolean;
}

/**
 * The platform without its processes: the real functions on the real store and cluster records, a code host of commits,
 * and a broker, a kubelet and a clock that move when the test says so. Nothing waits, nothing is random.
 */
export function openWorld(from?: Snapshot) {
  let now = from?.now ?? NOON.getTime();
  // A millisecond between any two looks: what is sorted by time has one order.
  const clock = () => new Date(now++);
  const systems = openSystems(clock, from?.dir);
  const { records, store } = systems;
  const host = memoryCodeHost(from?.host, () => new Date(now));
  const pods = kubelet(records, clock);
  const queue = new Queue(manifests);
  const receivers = memoryReceivers();
  const interventions = new Interventions();
  const unreadable = new Set<string>();
  const probe = { fault: undefined as string | undefined, tookMs: 10_000 };
  /** What stands before the platform, and answers webhooks itself. */
  let refused: number | undefined;
  let ids = from?.ids ?? 0;
  const newId = () => `id-${++ids}`;

  /** What `kubectl describe app` shows, by id. */
  const appEvents = new Map<string, AppEvent>();
  const shown: Cluster = {
    ...withEndpoints(systems.cluster),
    async recordEvent(app, event) {
      await systems.cluster.recordEvent(app, event);
      const id = `${app.uid}/${event.id}`;
      if (!appEvents.has(id)) appEvents.set(id, event);
    },
  };
  const { cluster: witnessed, violations } = watched(shown, host, clock);
  const cluster = withUnreadable(witnessed, unreadable);
  const events = { emit: async (event: CiteEvent) => publish(event) };
  const ports: Ports = {
    cluster: interventions.on('cluster', cluster),
    store: interventions.on('store', store),
    codeHost: interventions.on('codeHost', host.port),
    events: interventions.on('events', events),
    probe: interventions.on('probe', {
      async fault() {
        // A request that gets no good answer is waited for.
        if (probe.fault !== undefined) now += probe.tookMs;
        return probe.fault;
      },
    }),
    receivers: interventions.on('receivers', receivers.port),
    registry: { resolve: async () => undefined },
    config,
    clock,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    newId,
    log: silent,
  };
  const platform = functions(ports);

  function withEndpoints(real: Cluster): Cluster {
    return {
      ...real,
      async getService(ref) {
        pods.followSelector(ref);
        return real.getService(ref);
      },
    };
  }

  function publish({ type, subject, data, id, source, extensions }: CiteEvent): void {
    const attributes = { id: id ?? newId(), source: source ?? '/scene', type, subject, ...extensions };
    queue.publish(
      storedEvent(new CloudEvent<unknown>({ ...attributes, datacontenttype: 'application/json', data })),
    );
  }

  const newChanges = records.database.prepare('select * from changes where sequence > ? order by sequence');
  let seen = from ? lastSequence(records) : 0;

  /** What was written in the cluster since, as its sources tell of it. */
  function watchCluster(): void {
    for (const row of newChanges.all(seen)) {
      seen = Number(row.sequence);
      const labels = JSON.parse(String(row.labels));
      const change = { ...row, labels, resourceVersion: String(seen) } as unknown as ClusterChange;
      for (const event of clusterEvents(manifests.sources, change, `${seen}`, new Date(now)))
        queue.publish(event);
    }
  }

  /** False: nothing waits to be delivered. */
  async function deliverOne(): Promise<boolean> {
    watchCluster();
    const item = queue.next();
    if (!item) return false;
    if (item.attempt > 1) now += RETRY_AFTER_MS;
    interventions.revive();
    queue.answered(item, await platform.deliver(item.to, item.event));
    return true;
  }

  /** What the code host was asked to send again. */
  async function sendAgain(): Promise<boolean> {
    const sent = host.toSend.splice(0);
    for (const one of sent) {
      interventions.revive();
      host.answered(one, refused ?? (await platform.webhook(one.event, one.guid, one.payload)));
    }
    return sent.length > 0;
  }

  async function deliver(): Promise<void> {
    for (let count = 0; (await deliverOne()) || (await sendAgain()); count++)
      if (count > MAX_DELIVERIES) throw new Error('the world does not come to rest');
  }

  /** Until nothing more comes: every build ends well, all pods become ready. */
  async function settle(): Promise<void> {
    do await deliver();
    while (pods.endBuilds() || pods.readyAll());
  }

  const ping = (source: string) =>
    publish({
      type: 'dev.knative.sources.ping',
      subject: 'tick',
      source: `/pingsources/${source}`,
      data: {},
    });

  const asPerson = <T>(wish: () => Promise<T>): Promise<T> => {
    interventions.revive();
    return wish();
  };

  return {
    snapshot: (): Snapshot => ({ dir: systems.dir, now, ids, host }),
    cluster: systems.cluster,
    store,
    host,
    receivers,
    pods,
    queue,
    interventions,
    unreadable,
    probe,
    /** Reason and message of what the App's people were told, oldest first; verdicts and standbys apart. */
    told: () =>
      [...appEvents.values()]
        .filter(({ reason }) => !verdicts.has(reason))
        .map(({ reason, message }) => `${reason}: ${message}`),
    violations,
    publish,
    deliver,
    deliverOne,
    settle,
    wipe: systems.wipe,
    /** What is sent again is answered so; until the function that is given back is called. */
    refuseWebhooks(status: number): () => void {
      refused = status;
      return () => {
        refused = undefined;
      };
    },
    now: () => now,
    advance(seconds: number): void {
      now += seconds * 1000;
    },
    /** What `kubectl edit service` does: neither epoch nor clock know of it. */
    select(release: number | undefined, { namespace, name } = SHOP): void {
      const record = records.get('Service', namespace, name);
      if (!record) throw new Error(`there is no Service ${name}`);
      const { live: _, ...body } = record.body;
      records.update(record, { ...body, ...(release === undefined ? {} : { live: release }) });
    },
    sweep: () => ping('gc-sweep'),
    resync: () => ping('resync'),

    /** An App that the API made, or kubectl, or GitOps; its Namespace is its own owner's unless said otherwise. */
    async app(ref: AppRef = SHOP, spec: Partial<AppSpecInput> = {}): Promise<App> {
      await systems.cluster.createNamespace(ref.namespace, ref.namespace);
      return systems.cluster.createApp(
        ref,
        appSpec.parse({ repository: REPOSITORY, branch: 'main', ...spec }),
      );
    },
    async edit(spec: Partial<AppSpecInput>, ref = SHOP): Promise<void> {
      const app = await this.theApp(ref);
      await systems.cluster.updateApp(app, { spec: appSpec.parse({ ...app.spec, ...spec }) });
    },
    /** As the API writes down the wish for it. */
    redeploy: (by: string, ref = SHOP) =>
      asPerson(async () => {
        const app = await systems.cluster.getApp(ref);
        if (app) await systems.cluster.updateApp(app, { redeploy: { id: newId(), by } });
      }),
    async push(commit: string, options: PushOptions = {}): Promise<void> {
      const { on, repository = REPOSITORY, branch = 'main', forced = false } = options;
      const before = host.head(repository, branch) ?? '0'.repeat(40);
      host.commit(commit, on);
      if (options.shown ?? true) host.move(repository, branch, commit);
      if (!(options.told ?? true)) return;
      const from = options.shown === false ? (on ?? before) : before;
      const at = new Date(now);
      const payload = pushPayload({ repository, branch, before: from, after: commit, forced, at });
      const sent = host.send({ repository, url: config.WEBHOOK_URL, event: 'push', guid: newId(), payload });
      if (options.arrives === false) return host.answered(sent, 0);
      // What is not taken, somebody redelivers: the code host does not by itself.
      for (let status = 0; status !== 202; ) {
        interventions.revive();
        status = await platform.webhook('push', sent.guid, payload);
        host.answered(sent, status);
      }
    },
    /** A push and all that follows it, up to its verdict. */
    async deploy(commit: string, on?: string): Promise<void> {
      await this.push(commit, on ? { on } : {});
      await settle();
    },
    async buildEnds(commit: string): Promise<void> {
      const build = (await this.changeOf(commit)).build;
      if (build !== undefined) pods.endBuild(build);
    },

    activate: (release: number, ref = SHOP) =>
      asPerson(() => activate(ports, ref, { release, by: 'Ada', why: '' })),
    hold: (ref = SHOP) => asPerson(() => hold(ports, ref, 'Ada', '')),
    lift: (ref = SHOP) => asPerson(() => lift(ports, ref, 'Ada')),
    cancel: (change: Pick<Change, 'id'>) => asPerson(() => cancel(ports, change.id, 'Ada')),

    async theApp(ref = SHOP): Promise<App> {
      const app = await systems.cluster.getApp(ref);
      if (!app) throw new Error(`there is no App ${ref.name}`);
      return app;
    },
    live: async (ref = SHOP) => (await systems.cluster.getService(ref))?.live,
    workload: (release: number, ref = SHOP) => systems.cluster.getWorkload(ref, release),
    async changes(ref = SHOP): Promise<readonly Change[]> {
      return store.listChanges({ app: (await this.theApp(ref)).uid });
    },
    /** The newest Change of a commit. */
    async changeOf(commit: string, ref = SHOP): Promise<Change> {
      const [change] = (await this.changes(ref)).filter((one) => one.commit === commit);
      if (!change) throw new Error(`there is no Change of ${commit}`);
      return change;
    },
    /** Its state, or its verdict and why. */
    async story(commit: string, ref = SHOP): Promise<string> {
      const { verdict, state, reason } = await this.changeOf(commit, ref);
      return verdict ? reason : state;
    },
    close: systems.close,
  };
}
