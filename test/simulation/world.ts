import { CloudEvent } from 'cloudevents';
import { activate } from '../../functions/console/wishes/activate.ts';
import { cancel } from '../../functions/console/wishes/cancel.ts';
import { hold, lift } from '../../functions/console/wishes/hold.ts';
import { clusterEvents } from '../../scripts/local/broker/cluster-events.ts';
import { storedEvent } from '../../scripts/local/broker/event.ts';
import { readManifests } from '../../scripts/local/broker/manifests.ts';
import type { App, AppRef } from '../../shared/domain/app.ts';
import { type AppSpecInput, appSpec } from '../../shared/domain/app-spec.ts';
import type { Change } from '../../shared/domain/change.ts';
import { ConflictError, RetryableError } from '../../shared/domain/errors.ts';
import { type CiteEvent, ownEvent } from '../../shared/domain/events.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { functions } from '../functions/scenes/functions.ts';
import { watched } from '../functions/scenes/invariants.ts';
import { Queue, type Waiting } from '../functions/scenes/queue.ts';
import { config, silent } from '../functions/scenes/systems.ts';
import { NOON } from '../support/facts.ts';
import { memoryCluster } from './memory/cluster.ts';
import { type MemoryCodeHost, memoryCodeHost, pushPayload } from './memory/code-host.ts';
import { kubelet } from './memory/kubelet.ts';
import { MemoryObjects, type ObjectsSnapshot } from './memory/objects.ts';
import { memoryStore } from './memory/store.ts';
import { type Call, isWrite, type Process, Processes } from './processes.ts';
import type { Random } from './random.ts';
import { ReadySinceClaimed } from './ready-since-claimed.ts';
import { type Wish, Wishes } from './wishes.ts';
import { inWords } from './words.ts';

export const REPOSITORY = 'acme/shop';
export const MAIN = 'main';

/** Most that an instance's clock may be off, in either direction (DESIGN: by minutes). */
const MOST_SKEW_MS = 3 * 60_000;

/** Requests that the platform serves at once. */
const AT_ONCE = 5;
/** Most time between two steps. */
const STEP_MS = 40;

/** How a commit turns out when it is built and run. */
type Fate = 'good' | 'does not build' | 'crashes';

interface Webhook {
  readonly guid: string;
  readonly payload: object;
}

export type Away = 'store' | 'cluster' | 'codeHost';
/** What the next fitting call meets. */
export type Strike = 'kill before' | 'kill after' | 'fail' | 'lose the answer';

/** Waits for a call of a function: that then stands still, and `spring` decides what happens meanwhile. */
interface Ambush {
  readonly process: string;
  readonly call: string;
  readonly when: () => boolean;
  readonly spring: (goOn: () => void) => Promise<void>;
}

/** What endpoints follow. */
const followed = ['Service', 'Deployment', 'Pod'];

const manifests = readManifests('knative/base');

/** A world at rest, to begin others with. */
export interface Snapshot {
  readonly now: number;
  readonly ids: number;
  readonly objects: ObjectsSnapshot;
  readonly store: ReturnType<ReturnType<typeof memoryStore>['snapshot']>;
  readonly host: Pick<MemoryCodeHost, 'records'>;
}

export type World = ReturnType<typeof openWorld>;

/** The platform's functions over simulated ports: each step is one call of one of them, and `rng` decides which. */
export function openWorld(rng: Random, tell: (line: string) => void, from?: Snapshot) {
  let now = from?.now ?? NOON.getTime();
  let ids = from?.ids ?? 0;
  const newId = () => `id-${++ids}`;
  const clock = () => new Date(now);
  const objects = new MemoryObjects(clock, newId);
  const memory = memoryStore(clock);
  const machine = kubelet(objects, clock);
  const host = memoryCodeHost(from?.host);
  if (from) {
    objects.restore(from.objects);
    memory.begin(from.store);
  }
  const queue = new Queue(manifests);
  const processes = new Processes();
  /** A sweep whose clock is ahead may come so early. */
  const lenient = () => new Date(now + 2 * MOST_SKEW_MS);
  const ready = new ReadySinceClaimed();
  for (const record of objects.list('Deployment')) ready.look(record);
  const wishes = new Wishes();
  /** Apps (their uid) of which somebody wanted another release live. */
  const wentBack = new Set<string>();
  const { cluster, violations } = watched(
    memoryCluster(objects),
    host,
    lenient,
    (one) => ready.has(one),
    wishes,
  );

  const fates = new Map<string, Fate>();
  const webhooks: Webhook[] = [];
  const told: Webhook[] = [];
  const away = new Set<Away>();
  let strike: Strike | undefined;
  let deaf = false;
  let skewed = false;
  let probeFault: string | undefined;
  let ambush: Ambush | undefined;
  let endpointsAreStale = true;

  function portsOf(process: Process): Ports {
    const port = <T extends object>(name: string, real: T) => processes.port(process, name, real);
    return {
      cluster: port('cluster', cluster),
      store: port('store', memory.store),
      codeHost: port('codeHost', host.port),
      events: port('events', { emit: async (event: CiteEvent) => publish(event) }),
      probe: port('probe', {
        async fault() {
          // A request that gets no good answer is waited for.
          if (probeFault !== undefined) now += 10_000;
          return probeFault;
        },
      }),
      registry: port('registry', { resolve: async () => undefined }),
      config,
      clock: () => new Date(now + process.skewMs),
      sleep: (milliseconds) =>
        processes.call(process, 'sleep', async () => {
          now += milliseconds;
        }) as Promise<void>,
      newId,
      log: silent,
    };
  }

  function publish({ type, subject, data, id, source, extensions }: CiteEvent): void {
    const attributes = { id: id ?? newId(), source: source ?? '/simulation', type, subject, ...extensions };
    const time = clock().toISOString();
    queue.publish(
      storedEvent(
        new CloudEvent<unknown>({ ...attributes, time, datacontenttype: 'application/json', data }),
      ),
    );
  }

  function watchCluster(): void {
    for (const change of objects.changes.splice(0)) {
      if (followed.includes(change.kind)) endpointsAreStale = true;
      if (change.kind === 'Deployment') ready.look(objects.get('Deployment', change.namespace, change.name));
      if (deaf) continue;
      for (const event of clusterEvents(manifests.sources, change, `${change.resourceVersion}`, clock()))
        queue.publish(event);
    }
  }

  const skew = () => (skewed && rng.chance(0.5) ? (rng.next() * 2 - 1) * MOST_SKEW_MS : 0);

  function startDelivery(item: Waiting): void {
    const { type, subject } = item.event.attributes;
    tell(`${item.to} gets ${type} ${subject ?? ''}${item.attempt > 1 ? `, attempt ${item.attempt}` : ''}`);
    processes.start(
      { name: item.to, skewMs: skew(), answered: (answer) => queue.answered(item, answer) },
      (process) => functions(portsOf(process)).deliver(item.to, item.event),
    );
  }

  function startWebhook(webhook: Webhook): void {
    tell('receiveWebhook gets a push');
    const answered = ({ status }: { readonly status: number }) => {
      if (status === 202) told.push(webhook);
      else tell(`the code host gives the webhook up: ${status}`);
    };
    processes.start({ name: 'receiveWebhook', skewMs: skew(), answered }, async (process) => {
      const status = await functions(portsOf(process)).webhook('push', webhook.guid, webhook.payload);
      return { status, body: '' };
    });
  }

  /** A person's wish, made by the very code that the API calls. What is answered well, a person believes. */
  function wish(ref: AppRef, asked: Wish, act: (ports: Ports) => Promise<unknown>): void {
    tell(`a person: ${asked.what} ${asked.what === 'activate' ? `r${asked.release} of ` : ''}${ref.name}`);
    const begun = wishes.begin(ref, asked);
    const end = ({ status }: { readonly status: number }) => {
      tell(`the person is answered ${status}`);
      begun.end(status === 200, objects.get('App', ref.namespace, ref.name)?.body.spec.hold);
    };
    processes.start({ name: 'console', skewMs: skew(), answered: end }, async (process) => {
      try {
        await act(portsOf(process));
        return { status: 200, body: '' };
      } catch (err) {
        return { status: 500, body: String(err) };
      }
    });
  }

  async function make(call: Call): Promise<void> {
    const { process, name, run, resolve, reject } = call;
    if (ambush?.process === process.name && ambush.call === name && ambush.when()) {
      const { spring } = ambush;
      ambush = undefined;
      tell(`${process.name} stands still before ${inWords(call)}`);
      return spring(processes.still(process));
    }
    processes.take(call);
    const struck = strike !== undefined && isStruck(strike, call) ? strike : undefined;
    if (struck) {
      strike = undefined;
      tell(`${process.name}: ${name}: ${struck}`);
    }
    if (struck === 'kill before') return processes.kill(process);
    const system = name.slice(0, name.indexOf('.'));
    if (struck === 'fail' || away.has(system as Away)) return reject(new RetryableError(`${system} is away`));
    try {
      const result = await run();
      if (isWrite(call) && name !== 'sleep') tell(`  ${process.name} ${inWords(call)}`);
      if (struck === 'kill after') return processes.kill(process);
      if (struck === 'lose the answer') return reject(new RetryableError('its answer was lost'));
      resolve(result);
    } catch (err) {
      if (struck === 'kill after') return processes.kill(process);
      if (err instanceof ConflictError) tell(`  ${process.name} ${inWords(call)}: conflict`);
      reject(err);
    }
  }

  /** Something that a cluster does by itself; false: there is nothing to do. */
  function clusterActs(): boolean {
    machine.endLateBuilds();
    const acts: (() => void)[] = [];
    for (const { body } of machine.runningBuilds())
      acts.push(() => machine.endBuild(body.key, fates.get(body.commit) !== 'does not build'));
    for (const { body } of machine.unobserved())
      acts.push(() => {
        const { app, release } = body;
        const { commit, number } = release;
        if (body.replicas > 0 && fates.get(commit) === 'crashes') machine.crash(app, number, rng.chance(0.5));
        else machine.ready(app, number);
      });
    if (endpointsAreStale)
      acts.push(() => {
        endpointsAreStale = false;
        machine.followSelectors();
      });
    if (acts.length === 0) return false;
    rng.pick(acts)();
    return true;
  }

  async function step(): Promise<boolean> {
    now += Math.floor(rng.next() * STEP_MS);
    watchCluster();
    const room = processes.working.size < AT_ONCE;
    const waiting = room ? queue.waiting.length : 0;
    const hooks = room ? webhooks.length : 0;
    const calls = processes.ready();
    const choices = calls.length + Math.min(waiting, 2) + Math.min(hooks, 1);
    if (choices === 0 || rng.chance(0.12)) {
      const acted = clusterActs();
      if (choices === 0) return acted;
    }
    const choice = rng.below(choices);
    const call = calls[choice];
    if (call) await make(call);
    else if (choice < calls.length + Math.min(waiting, 2)) {
      const [item] = queue.waiting.splice(rng.chance(0.7) ? 0 : rng.below(waiting), 1);
      if (item) startDelivery(item);
    } else startWebhook(webhooks.shift() as Webhook);
    // Whoever was answered goes on to its next call.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    return true;
  }

  return {
    snapshot: (): Snapshot => ({
      now,
      ids,
      objects: objects.snapshot(),
      store: memory.snapshot(),
      host: { records: structuredClone(host.records) },
    }),
    clock,
    cluster,
    store: memory.store,
    memory,
    host,
    machine,
    objects,
    queue,
    processes,
    violations,
    fates,
    webhooks,
    told,
    away,
    newId,
    wishes,
    wentBack,
    publish,
    step,
    advance: (seconds: number) => {
      now += seconds * 1000;
    },
    strike: (next: Strike | undefined) => {
      strike = next;
    },
    lieInWait: (next: Ambush | undefined) => {
      ambush = next;
    },
    /** Whether the store has ever forgotten something. */
    lost: memory.lost,
    setDeaf: (value: boolean) => {
      deaf = value;
    },
    setSkewed: (value: boolean) => {
      skewed = value;
    },
    setProbeFault: (fault: string | undefined) => {
      probeFault = fault;
    },
    ping: (source: string) =>
      publish({
        type: 'dev.knative.sources.ping',
        subject: 'tick',
        source: `/pingsources/${source}`,
        data: {},
      }),

    async app(ref: AppRef, spec: Partial<AppSpecInput> = {}): Promise<App> {
      const real = memoryCluster(objects);
      await real.createNamespace(ref.namespace, ref.namespace);
      return real.createApp(ref, appSpec.parse({ repository: REPOSITORY, branch: MAIN, ...spec }));
    },
    apps: (): Promise<readonly App[]> => memoryCluster(objects).listApps(),

    /** What a push makes the code host send. */
    push(
      branch: string,
      commit: string,
      on: string | undefined,
      options: { forced?: boolean; fate?: Fate } = {},
    ) {
      const before = host.head(REPOSITORY, branch) ?? '0'.repeat(40);
      host.commit(commit, on);
      host.move(REPOSITORY, branch, commit);
      if (options.fate) fates.set(commit, options.fate);
      const payload = pushPayload({
        repository: REPOSITORY,
        branch,
        before,
        after: commit,
        forced: options.forced ?? false,
      });
      webhooks.push({ guid: newId(), payload });
    },

    activate: (ref: AppRef, release: number) =>
      wish(ref, { what: 'activate', release }, (ports) =>
        activate(ports, ref, { release, by: 'Ada', why: '' }),
      ),
    hold: (ref: AppRef) => wish(ref, { what: 'hold' }, (ports) => hold(ports, ref, 'Ada', '')),
    lift: (ref: AppRef) => wish(ref, { what: 'lift' }, (ports) => lift(ports, ref, 'Ada')),
    cancel: ({ app, id }: Pick<Change, 'app' | 'id'>) =>
      wish(app, { what: 'cancel' }, (ports) => cancel(ports, id, 'Ada')),
    retry: (change: string) => {
      tell(`a person: retry ${change}`);
      publish(ownEvent('dev.cite.retry.requested', { change }));
    },
  };
}

const isStruck = (strike: Strike, call: Call) =>
  call.name !== 'sleep' && (strike === 'fail' || isWrite(call));
