import nodeProcess from 'node:process';
import { CloudEvent } from 'cloudevents';
import { HTTPException } from 'hono/http-exception';
import { activate } from '../../functions/console/wishes/activate.ts';
import { cancel } from '../../functions/console/wishes/cancel.ts';
import { hold, lift } from '../../functions/console/wishes/hold.ts';
import { pin } from '../../functions/console/wishes/pin.ts';
import { clusterEvents } from '../../scripts/local/broker/cluster-events.ts';
import { storedEvent } from '../../scripts/local/broker/event.ts';
import { readManifests } from '../../scripts/local/broker/manifests.ts';
import type { App, AppRef } from '../../shared/domain/app.ts';
import { type AppSpecInput, appSpec } from '../../shared/domain/app-spec.ts';
import type { Change } from '../../shared/domain/change.ts';
import { ConflictError, RetryableError } from '../../shared/domain/errors.ts';
import { type CiteEvent, ownEvent } from '../../shared/domain/events.ts';
import { workloadName } from '../../shared/domain/naming.ts';
import type { Letter } from '../../shared/ports/receivers.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { functions } from '../functions/scenes/functions.ts';
import { watched } from '../functions/scenes/invariants.ts';
import { Queue, type Waiting } from '../functions/scenes/queue.ts';
import { config } from '../functions/scenes/systems.ts';
import { memoryCluster } from '../memory/cluster.ts';
import { type MemoryCodeHost, memoryCodeHost, pushPayload, statusPayload } from '../memory/code-host.ts';
import { kubelet } from '../memory/kubelet.ts';
import { MemoryObjects, type ObjectsSnapshot } from '../memory/objects.ts';
import { memoryReceivers } from '../memory/receivers.ts';
import { memoryStore } from '../memory/store.ts';
import { NOON } from '../support/facts.ts';
import { isForcedAway } from './causes.ts';
import { Chronicle } from './chronicle.ts';
import { Looks } from './looks.ts';
import { type Call, isWrite, type Process, Processes } from './processes.ts';
import type { Random } from './random.ts';
import { type Answer, type Wish, Wishes } from './wishes.ts';
import { inWords } from './words.ts';

export const REPOSITORY = 'acme/shop';
export const MAIN = 'main';
/** The Secret of the Apps that have one, and the check that the commits of some wait for. */
export const SECRET = { namespace: 'acme', name: 'settings' };
export const CHECK = 'ci';
/** Where some Apps want to be told of their Changes. */
export const HOOK = { kind: 'webhook', secret: 'hook' } as const;
export const HOOK_URL = 'https://hook.test/';

/** Most that an instance's clock may be off, in either direction (DESIGN: by minutes). */
const MOST_SKEW_MS = 3 * 60_000;

/** As the Broker's `delivery` has it (knative/base/broker.yaml): twice as long each time. */
const FIRST_RETRY_MS = 200;

/** Requests that the platform serves at once. */
const AT_ONCE = 5;
/** Most time between two steps. */
const STEP_MS = 40;

/** How a commit turns out when it is built and run. */
export type Fate = 'good' | 'does not build' | 'crashes';

type Webhook = ReturnType<MemoryCodeHost['send']>;

export type Away = 'store' | 'cluster' | 'codeHost';
/** What the next fitting call meets. */
export type Strike = 'kill before' | 'kill within' | 'kill after' | 'fail' | 'lose the answer';

/** Waits for a call of a function: that then stands still, and `spring` decides what happens meanwhile. */
interface Ambush {
  readonly process: string;
  readonly call: string;
  readonly when: () => boolean;
  readonly spring: (goOn: () => void) => Promise<void>;
}

/** How the API says that somebody else's wish came in between. */
const MEANWHILE = /^Meanwhile/;

/** What endpoints follow. */
const followed = ['Service', 'Deployment', 'Pod'];

/** Nobody reads what functions log here: the history is told by what they call. */
const quiet = { child: () => quiet, debug() {}, info() {}, warn() {}, error() {} } as unknown as Logger;

const manifests = readManifests('knative/base');

/** A world at rest, to begin others with. */
export interface Snapshot {
  readonly now: number;
  readonly ids: number;
  readonly objects: ObjectsSnapshot;
  readonly store: ReturnType<ReturnType<typeof memoryStore>['snapshot']>;
  readonly host: Pick<MemoryCodeHost, 'records'>;
  readonly letters: readonly Letter[];
  readonly chronicle: Chronicle;
}

export type World = ReturnType<typeof openWorld>;

/** The platform's functions over simulated ports: each step is one call of one of them, and `rng` decides which. */
export function openWorld(rng: Random, tell: ((line: string) => void) | undefined, from?: Snapshot) {
  let now = from?.now ?? NOON.getTime();
  let ids = from?.ids ?? 0;
  const newId = () => `id-${++ids}`;
  const clock = () => new Date(now);
  const objects = new MemoryObjects(clock, newId);
  const memory = memoryStore(clock);
  const machine = kubelet(objects, clock);
  const receivers = memoryReceivers();
  const host = memoryCodeHost(from?.host, clock);
  if (from) {
    objects.restore(from.objects);
    memory.begin(from.store);
    receivers.taken.push(...from.letters);
  }
  const queue = new Queue(manifests, (attempt) => now + FIRST_RETRY_MS * 2 ** (attempt - 2));
  const processes = new Processes();
  const looks = new Looks(objects);
  const wishes = new Wishes();
  /** Apps (by name) that were made to follow another branch, or were deleted. */
  const moved = new Set<string>();
  const chronicle = from?.chronicle.copy() ?? new Chronicle();
  /** Whose call is being made. */
  let caller = 0;
  let diesWithin = false;
  const between = () => {
    if (!diesWithin) return;
    diesWithin = false;
    throw new Error('killed');
  };
  const { cluster, violations } = watched(memoryCluster(objects, between), host, clock, {
    people: wishes,
    wasBackAt: (commit) => chronicle.movedBackTo.has(commit),
    wasTaken: ({ uid }, release) => chronicle.wasTaken(uid, release),
    wasForcedAway: (commit) => isForcedAway(chronicle, host, commit),
    toleranceMs: 2 * MOST_SKEW_MS,
    wasSeenReady: ({ app, release }) => looks.sawReady(caller, app, release.number),
    tell: {
      numbered: ({ uid }, release) => chronicle.numbered(uid, release),
      switched: ({ uid }, to, wished) => chronicle.selected(uid, to, wished),
      made({ app, release }) {
        chronicle.made(app.uid, release);
        const checks = objects.get('App', app.namespace, app.name)?.body.spec.checks ?? [];
        if (checks.length > 0 && !chronicle.greenCommits.has(release.commit))
          violations.push(`r${release.number} is made of a commit that is not green`);
      },
      gone: ({ uid }, release) => chronicle.gone(uid, release),
    },
  });

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
      receivers: port('receivers', receivers.port),
      registry: port('registry', { resolve: async () => undefined }),
      config,
      clock: () => new Date(now + process.skewMs),
      sleep: (milliseconds) =>
        processes.call(process, 'sleep', async () => {
          now += milliseconds;
        }) as Promise<void>,
      newId,
      log: quiet,
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
      if (change.kind === 'Deployment') noteTrouble(change.namespace, change.name);
      if (deaf) continue;
      for (const event of clusterEvents(manifests.sources, change, `${change.resourceVersion}`, clock()))
        queue.publish(event);
    }
  }

  function noteTrouble(namespace: string, name: string): void {
    const body = objects.get('Deployment', namespace, name)?.body;
    if (!body?.status || body.status.observed !== body.generation || body.replicas === 0) return;
    const { app, release, replicas, status } = body;
    if (status.available >= replicas) chronicle.ready(app.uid, release.number);
    else if (fates.get(release.commit) === 'crashes' || chronicle.wasReady(app.uid, release.number))
      chronicle.troubled(app.uid, release.number);
  }

  const skew = () => (skewed && rng.chance(0.5) ? (rng.next() * 2 - 1) * MOST_SKEW_MS : 0);

  function startDelivery(item: Waiting): void {
    const { type, subject } = item.event.attributes;
    tell?.(`${item.to} gets ${type} ${subject ?? ''}${item.attempt > 1 ? `, attempt ${item.attempt}` : ''}`);
    processes.start(
      { name: item.to, skewMs: skew(), answered: (answer) => queue.answered(item, answer) },
      (process) => functions(portsOf(process)).deliver(item.to, item.event),
    );
  }

  function send(event: 'push' | 'status', payload: object): void {
    webhooks.push(
      host.send({ repository: REPOSITORY, url: config.WEBHOOK_URL, event, guid: newId(), payload }),
    );
  }

  function startWebhook(webhook: Webhook): void {
    tell?.(`receiveWebhook gets a ${webhook.event}`);
    const answered = ({ status }: { readonly status: number }) => {
      host.answered(webhook, status);
      if (status === 202) told.push(webhook);
      else tell?.(`the code host gives the webhook up: ${status}`);
    };
    processes.start({ name: 'receiveWebhook', skewMs: skew(), answered }, async (process) => {
      const status = await functions(portsOf(process)).webhook(webhook.event, webhook.guid, webhook.payload);
      return { status, body: '' };
    });
  }

  /** A person at the API: the very code that it calls. */
  function ask(
    what: string,
    act: (ports: Ports) => Promise<unknown>,
    answered: (answer: Answer, why: string) => void,
  ): void {
    tell?.(`a person: ${what}`);
    const end = ({ status, body }: { readonly status: number; readonly body: string }) => {
      tell?.(`the person is answered ${status} ${body}`);
      answered(status === 200 ? 'done' : status < 500 ? 'refused' : 'unknown', body);
    };
    processes.start({ name: 'console', skewMs: skew(), answered: end }, async (process) => {
      try {
        await act(portsOf(process));
        return { status: 200, body: '' };
      } catch (err) {
        const refused = err instanceof HTTPException && !MEANWHILE.test(err.message);
        return { status: refused ? err.status : 500, body: err instanceof Error ? err.message : '' };
      }
    });
  }

  /** A wish about the Hold. What is answered well, a person believes. */
  function wish(ref: AppRef, asked: Wish, act: (ports: Ports) => Promise<unknown>): void {
    const holdOf = () => objects.get('App', ref.namespace, ref.name)?.body.spec.hold;
    const begun = wishes.begin(ref, asked);
    ask(
      `${asked.what} ${asked.what === 'activate' ? `r${asked.release} of ` : ''}${ref.name}`,
      act,
      (answer, why) => {
        const alone = begun.end(answer, holdOf());
        if (alone && MEANWHILE.test(why))
          violations.push(`7: a wish was refused for another's, but there is none: ${why}`);
      },
    );
  }

  async function make(call: Call): Promise<void> {
    const { process, name, run, resolve, reject } = call;
    if (ambush?.process === process.name && ambush.call === name && ambush.when()) {
      const { spring } = ambush;
      ambush = undefined;
      tell?.(`${process.name} stands still before ${inWords(call)}`);
      return spring(processes.still(process));
    }
    processes.take(call);
    // One that told of the past and then dies: nothing mends that (docs/reliability.md).
    // A time that jumps is to everybody as if they had stood still.
    const stoodStill = processes.stoodStill.has(process.id) || chronicle.timeJumped;
    const isSpared = process.name === 'notify' && stoodStill;
    const struck = strike !== undefined && !isSpared && isStruck(strike, call) ? strike : undefined;
    if (struck) {
      strike = undefined;
      tell?.(`${process.name}: ${name}: ${struck}`);
    }
    if (struck === 'kill before') return processes.kill(process);
    diesWithin = struck === 'kill within';
    caller = process.id;
    const system = name.slice(0, name.indexOf('.'));
    if (struck === 'fail' || away.has(system as Away)) return reject(new RetryableError(`${system} is away`));
    try {
      const result = await run();
      if (name === 'cluster.getWorkload') looks.look(process.id, ...(call.args as [AppRef, number]));
      if (tell && isWrite(call) && name !== 'sleep') tell(`  ${process.name} ${inWords(call)}`);
      if (struck === 'kill after') return processes.kill(process);
      if (struck === 'lose the answer') return reject(new RetryableError('its answer was lost'));
      resolve(result);
    } catch (err) {
      if (struck === 'kill after' || struck === 'kill within') return processes.kill(process);
      if (tell && err instanceof ConflictError) tell(`  ${process.name} ${inWords(call)}: conflict`);
      reject(err);
    }
  }

  /** Something that a cluster does by itself; false: there is nothing to do. */
  function clusterActs(): boolean {
    for (const { commit } of machine.endLateBuilds()) chronicle.brokenBuilds.add(commit);
    const acts: (() => void)[] = [];
    for (const { body } of machine.runningBuilds())
      acts.push(() => {
        const succeeds = fates.get(body.commit) !== 'does not build';
        if (!succeeds) chronicle.brokenBuilds.add(body.commit);
        machine.endBuild(body.key, succeeds);
      });
    for (const { body } of machine.unobserved())
      acts.push(() => {
        const { app, release } = body;
        const { commit, number } = release;
        if (body.replicas > 0 && fates.get(commit) === 'crashes') machine.crash(app, number, rng.chance(0.5));
        else if (body.replicas > 1 && rng.chance(0.5)) machine.nearlyReady(app, number);
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

  /** Places in the queue of what may be delivered now. */
  function dueItems(): readonly number[] {
    const due: number[] = [];
    for (const [i, { dueAt = 0 }] of queue.waiting.entries()) if (dueAt <= now) due.push(i);
    return due;
  }

  async function step(): Promise<boolean> {
    now += Math.floor(rng.next() * STEP_MS);
    watchCluster();
    webhooks.push(...host.toSend.splice(0));
    const room = processes.working.size < AT_ONCE;
    const due = room ? dueItems() : [];
    const calls = processes.ready();
    const deliveries = Math.min(due.length, 2);
    const choices = calls.length + deliveries + (room && webhooks.length > 0 ? 1 : 0);
    if (choices === 0 || rng.chance(0.12)) {
      const acted = clusterActs();
      if (choices === 0) return acted || waitForRetry();
    }
    const choice = rng.below(choices);
    const call = calls[choice];
    if (call) await make(call);
    else if (choice < calls.length + deliveries) {
      const place = due[rng.chance(0.7) ? 0 : rng.below(due.length)] as number;
      const [item] = queue.waiting.splice(place, 1);
      if (item) startDelivery(item);
    } else startWebhook(webhooks.shift() as Webhook);
    // Whoever was answered goes on to its next call: nothing here waits for more than promises.
    await new Promise<void>((resolve) => void nodeProcess.nextTick(resolve));
    return true;
  }

  /** Nothing else is to be done: time passes until the next attempt. */
  function waitForRetry(): boolean {
    const next = Math.min(...queue.waiting.map(({ dueAt = 0 }) => dueAt));
    if (next === Number.POSITIVE_INFINITY || processes.working.size >= AT_ONCE) return false;
    now = Math.max(now, next);
    return true;
  }

  return {
    snapshot: (): Snapshot => ({
      now,
      ids,
      objects: objects.snapshot(),
      store: memory.snapshot(),
      host: { records: structuredClone(host.records) },
      letters: [...receivers.taken],
      chronicle: chronicle.copy(),
    }),
    clock,
    cluster,
    store: memory.store,
    memory,
    host,
    receivers,
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
    chronicle,
    moved,
    publish,
    step,
    advance: (seconds: number) => {
      now += seconds * 1000;
    },
    /** Every write that anybody was told of, or may ask for: of the cluster, the store and the code host. */
    writes: () => objects.writes + memory.writes() + host.records.statuses.length,
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
      chronicle.clocksWereOff ||= value;
    },
    setProbeFault: (fault: string | undefined) => {
      probeFault = fault;
      chronicle.badAnswers ||= fault !== undefined;
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
      options: { readonly forced?: boolean; readonly fate?: Fate } = {},
    ) {
      const before = host.head(REPOSITORY, branch) ?? '0'.repeat(40);
      if (options.forced) chronicle.forcedAway.push({ from: before, to: commit });
      host.commit(commit, on);
      host.move(REPOSITORY, branch, commit);
      chronicle.heads.add(commit);
      if (options.fate) fates.set(commit, options.fate);
      const payload = pushPayload({
        repository: REPOSITORY,
        branch,
        before,
        after: commit,
        forced: options.forced ?? false,
        at: clock(),
      });
      send('push', payload);
    },
    /** What another system says of a commit: one that the Apps may wait for. */
    check(commit: string, state: 'success' | 'failure'): void {
      const status = { context: CHECK, state, description: '', at: clock() };
      host.records.statuses.push({ commit, status });
      (state === 'failure' ? chronicle.redCommits : chronicle.greenCommits).add(commit);
      send('status', statusPayload(REPOSITORY, commit, status));
    },
    /** By hand, as with kubectl: the platform is not asked. */
    writeSecret: (content: Readonly<Record<string, string>>) =>
      memoryCluster(objects).writeSecret(SECRET.namespace, SECRET.name, content),
    writeDestination: () =>
      memoryCluster(objects).writeSecret(SECRET.namespace, HOOK.secret, { url: HOOK_URL, key: 'whsec_x' }),
    deleteSecret(): void {
      chronicle.secretGone = true;
      const secret = objects.get('Secret', SECRET.namespace, SECRET.name);
      if (secret) objects.remove(secret);
    },
    secret: () => objects.get('Secret', SECRET.namespace, SECRET.name)?.body.content,
    deleteService: (ref: AppRef) => memoryCluster(objects).deleteService(ref),
    deleteWorkload({ namespace, name, uid }: App, release: number): void {
      chronicle.gone(uid, release);
      const deployment = objects.get('Deployment', namespace, workloadName(name, release));
      if (deployment) objects.remove(deployment);
    },

    activate(ref: App, release: number): void {
      chronicle.did(ref.uid, 'activate', release);
      wish(ref, { what: 'activate', release }, (ports) =>
        activate(ports, ref, { release, by: 'Ada', why: '' }),
      );
    },
    hold(ref: App): void {
      chronicle.did(ref.uid, 'hold');
      wish(ref, { what: 'hold' }, (ports) => hold(ports, ref, 'Ada', ''));
    },
    lift(ref: App): void {
      chronicle.did(ref.uid, 'lift');
      wish(ref, { what: 'lift' }, (ports) => lift(ports, ref, 'Ada'));
    },
    cancel({ app, id, kind }: Pick<Change, 'app' | 'id' | 'kind'>): void {
      chronicle.did(app.uid, 'cancel');
      const act = (ports: Ports) => cancel(ports, id, 'Ada');
      if (kind === 'rollback') wish(app, { what: 'cancel the rollback' }, act);
      else ask(`cancel ${id}`, act, () => undefined);
    },
    pin: (ref: AppRef, release: number, by: string | null) =>
      ask(
        `${by === null ? 'unpin' : 'pin'} r${release} of ${ref.name}`,
        (ports) => pin(ports, ref, release, by),
        () => undefined,
      ),
    retry: (change: string) => {
      tell?.(`a person: retry ${change}`);
      publish(ownEvent('dev.cite.retry.requested', { change }));
    },
  };
}

function isStruck(strike: Strike, call: Call): boolean {
  if (call.name === 'sleep') return false;
  // The one verb that makes several objects.
  if (strike === 'kill within') return call.name === 'cluster.createWorkload';
  return strike === 'fail' || isWrite(call);
}
