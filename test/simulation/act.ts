import type { App } from '../../shared/domain/app.ts';
import { appSpec } from '../../shared/domain/app-spec.ts';
import type { Workload } from '../../shared/domain/workload.ts';
import type { Act, What } from './plan.ts';
import { type Away, type Fate, HOOK_URL, MAIN, REPOSITORY, type World } from './world.ts';

/** Steps that something is away, deaf or off for. */
const WINDOW = 60;

/** What a day may need to remember from one act to the next. */
export interface Day {
  readonly world: World;
  readonly tell: (line: string) => void;
  /** Does it once this many steps have passed. */
  readonly later: (steps: number, what: () => void) => void;
  /** Copies of the store from some steps ago, oldest first: what a failover goes back to. */
  readonly snapshots: readonly ReturnType<World['memory']['snapshot']>[];
  readonly newCommit: () => string;
  /** Whether commits are checked by another system. */
  readonly checks: boolean;
}

const AWAY: Readonly<Record<string, Away>> = {
  'the store is away': 'store',
  'the code host is away': 'codeHost',
  'the cluster is away': 'cluster',
};

/** Between two calls of a function: before which of its calls somebody may come. */
const moments: readonly (readonly [string, string])[] = [
  ...[
    'cluster.getService',
    'cluster.getApp',
    'cluster.listWorkloads',
    'cluster.getWorkload',
    'cluster.updateWorkload',
    'cluster.switchService',
    'cluster.raiseEpoch',
    'store.saveChange',
    'probe.fault',
  ].map((call) => ['switchSelector', call] as const),
  ...['listServices', 'listApps', 'updateWorkload', 'updateWorkload', 'deleteWorkload'].map(
    (call) => ['gcSweep', `cluster.${call}`] as const,
  ),
  ['startRelease', 'cluster.updateApp'],
  ['startRelease', 'cluster.createWorkload'],
  ['startRelease', 'store.saveChange'],
  ['onPush', 'store.openChange'],
  ['onPush', 'store.saveBuild'],
  ['onStatus', 'store.saveChange'],
  ['createService', 'store.openChange'],
  ['createService', 'store.saveChange'],
  ['createService', 'store.saveChange'],
  ['notify', 'codeHost.setStatus'],
  ['notify', 'codeHost.reportDeployment'],
  ['notify', 'store.settleMessage'],
  ['notify', 'receivers.post'],
  ['notify', 'store.saveNotice'],
  ['console', 'cluster.updateApp'],
  ['console', 'cluster.updateApp'],
  ['console', 'cluster.raiseEpoch'],
  ['console', 'store.openChange'],
];

/** And what he does then. */
const meddling: readonly What[] = [
  'hold',
  'lift',
  'activate',
  'activate',
  'activate',
  'cancel',
  'push',
  'force-push',
  'edit the configuration',
  'pods are not ready',
  'pods crash',
  'sweep',
  'wait an hour',
  'the store is wiped',
  'the app answers badly',
  'pin',
  'delete a Workload by hand',
];

/** Does one act of the plan to the world as it is then; what no longer fits does nothing. */
export async function act(day: Day, { what, n }: Pick<Act, 'what' | 'n'>): Promise<void> {
  const { world, tell, later } = day;
  const { host, machine, queue, chronicle } = world;
  const apps = await world.apps();
  const app = apps[n % Math.max(1, apps.length)];
  const branch = app?.spec.branch ?? MAIN;
  const push = (options: { branch?: string; on?: string | undefined; forced?: boolean; fate?: Fate }) => {
    const { branch: to = branch, on = head, ...same } = options;
    const commit = day.newCommit();
    world.push(to, commit, on, same);
    // Before its build is done, or after it.
    if (day.checks) later(n % (4 * WINDOW), () => world.check(commit, 'success'));
  };
  const head = host.head(REPOSITORY, branch);
  tell(`· ${what}`);
  switch (what) {
    case 'push':
      return push({});
    case 'push a commit that does not build':
      return push({ fate: 'does not build' });
    case 'push a commit that crashes':
      return push({ fate: 'crashes' });
    case 'force-push':
      return push({ on: head && host.records.parents.get(head), forced: true });
    case 'delete the branch':
      chronicle.goneBranches.add(branch);
      return host.remove(REPOSITORY, branch);
    case 'redeliver a webhook': {
      const webhook = world.told[n % Math.max(1, world.told.length)];
      if (webhook) world.webhooks.push(webhook);
      return;
    }
    case 'lose a webhook': {
      const [lost] = world.webhooks.splice(n % Math.max(1, world.webhooks.length), 1);
      if (lost) host.answered(lost, 0);
      return;
    }
    case 'show the branch late': {
      const parent = head && host.records.parents.get(head);
      if (!head || !parent) return;
      host.move(REPOSITORY, branch, parent);
      chronicle.movedBackTo.add(parent);
      return later(20, () => {
        if (host.head(REPOSITORY, branch) === parent) host.move(REPOSITORY, branch, head);
      });
    }
    case 'hold':
      return app && world.hold(app);
    case 'lift':
      return app?.spec.hold && world.lift(app);
    case 'activate': {
      const workload = app && (await someWorkload(world, n, app, n % 8 > 0));
      return workload && world.activate(app, workload.release.number);
    }
    case 'cancel': {
      const open = await world.store.listChanges({ open: true });
      const change = open[n % Math.max(1, open.length)];
      return change && world.cancel(change);
    }
    case 'retry': {
      const ended = (await world.store.listChanges({})).filter(
        ({ verdict, kind }) =>
          kind !== 'rollback' && /^(failed|cancelled|refused)$/.test(verdict?.outcome ?? ''),
      );
      const change = ended[n % Math.max(1, ended.length)];
      return change && world.retry(change.id);
    }
    case 'redeploy':
      return edit(world, app, (spec) => ({ ...spec, redeploy: { id: world.newId(), by: 'Ada' } }));
    case 'edit the configuration':
      return edit(world, app, (spec) => ({ ...spec, env: { ...spec.env, TILL: String(n % 5) } }));
    case 'edit the replicas':
      return edit(world, app, (spec) => ({ ...spec, replicas: 1 + (n % 3) }));
    case 'follow another branch': {
      if (app) world.moved.add(app.name);
      if (host.head(REPOSITORY, 'other') === undefined && head) push({ branch: 'other' });
      const to = branch === MAIN ? 'other' : MAIN;
      // What was pushed to the branch that is left may come after it in history: the branch that is followed decides.
      const there = host.head(REPOSITORY, to);
      if (there === undefined) chronicle.goneBranches.add(to);
      else chronicle.movedBackTo.add(there);
      return edit(world, app, (spec) => ({ ...spec, branch: to }));
    }
    case 'delete the App': {
      if (!app) return;
      world.wishes.forget(app);
      chronicle.did(app.uid, 'deleted');
      world.moved.add(app.name);
      await world.cluster.deleteApp(app);
      const { hold: _hold, redeploy: _redeploy, ...spec } = app.spec;
      return later(WINDOW, () => void world.app(app, spec).catch(() => undefined));
    }
    case 'edit how it is reached':
      return edit(world, app, (spec) => ({ ...spec, expose: n % 2 ? 'cluster' : 'public' }));
    case 'change the Secret':
      return world.writeSecret({ TOKEN: String(n % 5) });
    case 'delete the Secret':
      world.deleteSecret();
      return later(n % WINDOW, () => void world.writeSecret({ TOKEN: String(n % 5) }));
    case 'a check turns red':
      return head === undefined || !day.checks ? undefined : world.check(head, 'failure');
    case 'pin': {
      const workload = app && (await someWorkload(world, n, app));
      return workload && world.pin(app, workload.release.number, workload.pinnedBy ? null : 'Ada');
    }
    case 'delete the Service by hand':
      return app && world.deleteService(app);
    case 'delete a Workload by hand': {
      const workload = app && (await someWorkload(world, n, app));
      return workload && world.deleteWorkload(app, workload.release.number);
    }
    case 'sweep':
      return world.ping('gc-sweep');
    case 'resync':
      return world.ping('resync');
    case 'wait a minute':
      chronicle.timeJumped = true;
      return world.advance(61);
    case 'wait an hour':
      chronicle.timeJumped = true;
      return world.advance(3700);

    case 'something happens in between': {
      const [process, call] = moments[n % moments.length] as (typeof moments)[number];
      const meddle = meddling[(n >> 6) % meddling.length] as What;
      return world.lieInWait({
        process,
        call,
        when: () => process !== 'switchSelector' || isSwitchNear(world),
        spring: async (goOn) => {
          later(WINDOW, goOn);
          await act(day, { what: meddle, n: n >> 10 });
        },
      });
    }
    case 'a process is slow': {
      const working = [...world.processes.working];
      const process = working[n % Math.max(1, working.length)];
      return process && later(WINDOW, world.processes.still(process));
    }

    case 'kill before a write':
      return world.strike('kill before');
    case 'kill within a write':
      return world.strike('kill within');
    case 'kill after a write':
      return world.strike('kill after');
    case 'fail a call':
      return world.strike('fail');
    case 'lose an answer':
      return world.strike('lose the answer');
    case 'lose an event':
      queue.waiting.splice(n % Math.max(1, queue.waiting.length), 1);
      return;
    case 'repeat an event': {
      const item = queue.waiting[n % Math.max(1, queue.waiting.length)];
      if (item) queue.waiting.push(item);
      return;
    }
    case 'deliver the newest first':
      queue.waiting.reverse();
      return;
    case 'the cluster tells nothing':
      world.setDeaf(true);
      return later(WINDOW, () => world.setDeaf(false));
    case 'the store is away':
    case 'the code host is away':
    case 'the cluster is away': {
      const system = AWAY[what] as Away;
      world.away.add(system);
      return later(1 + (n % WINDOW), () => void world.away.delete(system));
    }
    case 'the store is wiped':
      return world.memory.wipe();
    case 'the store fails over': {
      const before = day.snapshots[0];
      if (before) world.memory.failOver(before);
      return;
    }
    case 'pods crash':
    case 'pods are not ready': {
      const workload = await someWorkload(world, n);
      if (!workload || workload.replicas === 0) return;
      const { app: ref, release } = workload;
      const of = apps.find(({ namespace, name }) => namespace === ref.namespace && name === ref.name);
      if (of) chronicle.troubled(of.uid, release.number);
      if (what === 'pods crash') machine.crash(ref, release.number, false);
      else machine.unready(ref, release.number, n % 3 ? 'one' : 'all');
      // They come back by themselves.
      return later(n % WINDOW, () => {
        if (world.fates.get(release.commit) !== 'crashes') machine.ready(ref, release.number);
        // Its deadline ends what never got ready; one that was unready for a moment only is not waited for, for ever.
        else machine.crash(ref, release.number, true);
      });
    }
    case 'the receivers are down':
      world.receivers.answers.set(HOOK_URL, n % 2 ? { status: 503 } : { status: 404 });
      return later(2 * WINDOW, () => void world.receivers.answers.clear());
    case 'the app answers badly':
      world.setProbeFault('it answers 500');
      // For longer than a proof may take, now and then.
      if (n % 3 === 0)
        later(WINDOW, () => {
          chronicle.timeJumped = true;
          world.advance(31);
        });
      return later(n % 3 === 0 ? 2 * WINDOW : n % WINDOW, () => world.setProbeFault(undefined));
    case 'clocks are off':
      world.setSkewed(true);
      return later(2 * WINDOW, () => world.setSkewed(false));
  }
}

/** `takesOver`: one that a person may go back to, where there is one. */
async function someWorkload(
  { cluster }: World,
  n: number,
  app?: App,
  takesOver = false,
): Promise<Workload | undefined> {
  const all = await cluster.listWorkloads(app);
  const live = takesOver && app ? (await cluster.getService(app))?.live : undefined;
  const able = all.filter(
    ({ release, outcome }) => release.number !== live && (outcome === 'deployed' || outcome === 'superseded'),
  );
  const among = takesOver && able.length > 0 ? able : all;
  return among[n % Math.max(1, among.length)];
}

/** Whether something could be switched to now that is not live: then it matters who comes in between. */
function isSwitchNear({ objects }: World): boolean {
  return objects
    .list('Deployment')
    .some(({ namespace, body: { app, release, outcome, status, replicas } }) => {
      const live = objects.get('Service', namespace, app.name)?.body.live;
      const wished = objects.get('App', namespace, app.name)?.body.spec.hold?.release === release.number;
      return (
        live !== release.number && (outcome === undefined || wished) && (status?.available ?? 0) >= replicas
      );
    });
}

async function edit(
  world: World,
  app: App | undefined,
  change: (spec: App['spec']) => unknown,
): Promise<void> {
  if (!app || app.deleting) return;
  const { redeploy, ...spec } = appSpec.parse(change(app.spec));
  await world.cluster.updateApp(app, { spec, ...(redeploy && { redeploy }) });
}
