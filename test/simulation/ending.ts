import type { App } from '../../shared/domain/app.ts';
import { isTold, summaryOf } from '../../shared/domain/app-summary.ts';
import { type Change, type Verdict, verdictText } from '../../shared/domain/change.ts';
import { noticeId } from '../../shared/domain/notice.ts';
import { specHash } from '../../shared/domain/release.ts';
import { statusContext } from '../../shared/domain/status-context.ts';
import type { Workload } from '../../shared/domain/workload.ts';
import type { CommitStatus } from '../../shared/ports/code-host.ts';
import type { Day } from './act.ts';
import { hasCause } from './causes.ts';
import { REPOSITORY, type World } from './world.ts';

/** What is not as the promise has it, once the faults have stopped and everything has come to rest; empty: all is well. */
export async function faultsAtRest(world: World): Promise<string[]> {
  const { store } = world;
  const faults: string[] = [];
  const apps = await world.apps();
  const changes = await store.listChanges({ limit: 10_000 });
  const held = new Set(apps.filter(({ spec }) => spec.hold).map(({ uid }) => uid));

  for (const change of changes) {
    const ends = change.timeline.filter(({ state }) => state === 'ended').length;
    if (change.verdict ? ends !== 1 : ends !== 0) faults.push(`4: ${change.id} has ${ends} ends`);
    if (change.verdict && !hasCause(world, change, change.verdict))
      faults.push(`4: ${change.id} is ${verdictText(change.verdict)}, but that was not so`);
    if (change.verdict || (change.state === 'held' && held.has(change.app.uid))) continue;
    faults.push(`4: ${change.id} has no verdict: ${change.state}, ${change.reason}`);
  }
  for (const { id } of await store.unjudgedDeliveries(new Date(8.64e15)))
    faults.push(`4: delivery ${id} has no verdict`);
  for (const { id } of await store.pendingMessages()) faults.push(`4: message ${id} was not told`);
  for (const { key } of await store.listRunningBuilds()) faults.push(`5: build ${key} is said to run`);
  // Without an App nobody asks the code host for anything.
  if (apps.length > 0) faults.push(...(await unheard(world)));
  for (const app of apps)
    faults.push(...(await faultsOf(world, app, changes)), ...waitingForNothing(world, app, changes));
  if (!world.lost()) faults.push(...untold(world, apps, changes), ...unnoticed(world, apps, changes));
  for (const { id } of await store.pendingNotices(new Date(8.64e15)))
    faults.push(`4: notice ${id} was not told`);
  return faults;
}

/** What the code host has ever sent, whether it came at once, was lost on its way, or by the store. */
async function unheard(world: World): Promise<string[]> {
  const faults: string[] = [];
  for (const { guid, event, attempts } of world.host.records.sent) {
    // A status is not sent again: whoever waits for a check reads it anew.
    if (event !== 'push' && (world.lost() || !attempts.some(({ answer }) => answer === 202))) continue;
    const known = await world.store.getDelivery(`1/${guid}`);
    if (known ? !known.judgement : !isTriedLater(attempts, world.clock()))
      faults.push(`4: delivery ${guid} has no verdict`);
  }
  return faults;
}

/** What is said of standbys is what they are, and of the newest where `kubectl get apps` looks. */
async function misjudged(world: World, app: App, live: number | undefined): Promise<string[]> {
  const faults: string[] = [];
  const standbys = (await world.cluster.listWorkloads(app))
    .filter(({ outcome, replicas, standbySince }) => outcome === 'deployed' && replicas > 0 && standbySince)
    .filter(({ release }) => release.number !== live)
    .toSorted((a, b) => b.release.number - a.release.number);
  const isWhole = ({ release, replicas }: Workload) => readyPods(world, app, release.number) >= replicas;
  for (const standby of standbys) {
    const check = await world.store.getStandbyCheck(app.uid, standby.release.number);
    const said = check && (check.fault ?? 'ready');
    if (!check || isWhole(standby) !== (check.fault === undefined))
      faults.push(
        `standby r${standby.release.number} of ${app.name} is said to be: ${said ?? 'not checked'}`,
      );
  }
  const [newest] = standbys;
  const words = newest ? `r${newest.release.number} ${isWhole(newest) ? 'ready' : 'broken'}` : 'none';
  if (app.status.rollback !== words)
    faults.push(`rollback of ${app.name}: ${app.status.rollback}, not ${words}`);
  return faults;
}

/** Counted pod by pod, whatever the Workload's status says of them. */
const readyPods = (world: World, { namespace, name }: App, release: number): number =>
  world.objects
    .list('Pod', { namespace, app: name })
    .filter(({ body }) => body.release === release && body.ready).length;

const statusOf: Readonly<Record<Verdict['outcome'], CommitStatus['state']>> = {
  deployed: 'success',
  superseded: 'success',
  skipped: 'success',
  failed: 'failure',
  refused: 'failure',
  cancelled: 'error',
};

/** Commits whose status is not that of their newest Change. */
function untold(world: World, apps: readonly App[], changes: readonly Change[]): string[] {
  const faults: string[] = [];
  for (const app of apps) {
    // Two Apps of one name, one after the other, share their statuses.
    const named = changes.filter(({ app: { name } }) => name === app.name);
    if (named.some((change) => change.app.uid !== app.uid)) continue;
    for (const [commit, [newest]] of Map.groupBy(named, (change) => change.commit)) {
      const told = lastStatus(world, app, commit)?.state;
      if (newest?.verdict && told !== statusOf[newest.verdict.outcome])
        faults.push(`4: ${commit.slice(0, 4)} is told to be ${told}, but ${newest.reason}`);
    }
  }
  return faults;
}

/** Verdicts that the receiver of their App was not told of. */
function unnoticed({ receivers }: World, apps: readonly App[], changes: readonly Change[]): string[] {
  const ids = new Set(receivers.taken.map(({ id }) => id));
  return changes.flatMap(({ id, app, verdict, reason }) => {
    const wanted = apps.find(({ uid }) => uid === app.uid)?.spec.notifications.at(0);
    if (!wanted || !verdict || ids.has(noticeId(id, verdict.outcome, wanted))) return [];
    return [`4: nobody was told that ${id} is ${reason}`];
  });
}

/** What was asked for again a while ago, in vain, is so after as long a while. */
function isTriedLater(attempts: readonly { readonly at: Date }[], now: Date): boolean {
  const [first, last] = [attempts[0], attempts.at(-1)];
  return first !== undefined && last !== undefined && +now - +last.at < +last.at - +first.at;
}

/**
 * Commits that still wait for the App, although nothing of them is under way. A store that fails over in the middle of a
 * push may know the delivery and not its Change; of an App that is gone, or a branch that it has left, nobody asks; and
 * what a wipe took is known again when its push is, which may be later.
 */
function waitingForNothing(world: World, app: App, changes: readonly Change[]): string[] {
  if (world.memory.failedOver() || (world.lost() && world.moved.has(app.name))) return [];
  const own = world.host.records.statuses.filter(({ status }) => status.context === statusContext(app));
  return [...new Map(own.map(({ commit, status }) => [commit, status]))].flatMap(([commit, status]) => {
    const isUnderWay = changes.some(
      (change) => change.app.uid === app.uid && change.commit === commit && !change.verdict,
    );
    if (status.state !== 'pending' || isUnderWay || (world.lost() && isPushedLater(world, commit))) return [];
    const last = changes.find((change) => change.app.uid === app.uid && change.commit === commit);
    if (last && world.memory.lostMessage(last.id)) return [];
    return [`4: the status of ${commit.slice(0, 4)} stays pending: ${status.description}`];
  });
}

const isPushedLater = ({ host, clock }: World, commit: string) =>
  host.records.sent.some(
    ({ payload, attempts }) =>
      'after' in payload && payload.after === commit && isTriedLater(attempts, clock()),
  );

const lastStatus = (world: World, app: App, commit: string) =>
  world.host.records.statuses.findLast(
    (one) => one.commit === commit && one.status.context === statusContext(app),
  )?.status;

async function faultsOf(world: World, app: App, changes: readonly Change[]): Promise<string[]> {
  if (app.deleting) return [`${app.name} is still being deleted`];
  const faults: string[] = [];
  const service = await world.cluster.getService(app);
  if (!service) return [`${app.name} has no Service`];
  const workloads = await world.cluster.listWorkloads(app);
  const numbered = (release: number | undefined) => workloads.find((one) => one.release.number === release);
  const own = changes.filter((change) => change.app.uid === app.uid);
  const live = numbered(service.live);
  const { hold } = app.spec;

  for (const { release, outcome } of workloads)
    if (outcome === undefined && !(hold && release.number !== service.live))
      faults.push(`r${release.number} has no outcome`);
  for (const { release, outcome, replicas, pinnedBy } of workloads)
    if (/^(superseded|cancelled)$/.test(outcome ?? '') && replicas > 0 && pinnedBy === undefined)
      if (release.number !== service.live)
        faults.push(`r${release.number} was ${outcome}, and still has pods`);
  const isTaken = service.live !== undefined && world.chronicle.wasTaken(app.uid, service.live);
  if (service.live !== undefined && !live && !isTaken)
    faults.push(`2: live is r${service.live}, whose Workload is gone`);
  if (live && !crashes(world, live)) faults.push(...unfit(world, app, live));
  // Clocks that are off tell nothing of before and after.
  const isClocked = live?.standbySince && service.switchedAt && live.standbySince >= service.switchedAt;
  if (isClocked && !world.chronicle.clocksWereOff)
    faults.push(`2: live is r${service.live}, and its standby clock runs`);
  const maker = own.find(({ id }) => id === live?.release.change)?.verdict;
  if (maker && live?.outcome !== 'failed' && !mayBeLive(world, app, maker))
    faults.push(`4: live is r${service.live}, though its Change was ${verdictText(maker)}`);
  if (live?.outcome === 'failed' && numbered(service.previous)?.outcome === 'deployed' && !hold)
    faults.push(`live is r${service.live}, which failed, and r${service.previous} could be`);

  // Replicas of what serves apply in place; of what has failed nobody looks after them.
  const isServing = live && live.replicas > 0 && (live.outcome === undefined || live.outcome === 'deployed');
  if (isServing && live.replicas !== app.spec.replicas)
    faults.push(`live is r${service.live} with ${live.replicas} pods, ${app.spec.replicas} are asked for`);
  const summary = { app, live: service.live, workloads };
  if (!isTold(summary, summaryOf(summary)))
    faults.push(`${app.name} is said to be ${JSON.stringify({ ...app.status, conditions: undefined })}`);

  faults.push(...(await misjudged(world, app, service.live)));
  if (hold?.release !== undefined && hold.release !== service.live) {
    const asked = numbered(hold.release);
    if (asked && asked.outcome !== 'failed')
      faults.push(`7: r${hold.release} is asked for, live is r${service.live}`);
  }
  const wish = world.wishes.last(app);
  if ((wish?.what === 'hold' || wish?.what === 'activate') && !hold)
    faults.push(`7: the ${wish.what} of a person is lost`);
  if (wish?.what === 'lift' && hold) faults.push('7: the lifting of a Hold is lost');
  const wanted = wish?.what === 'activate' ? numbered(wish.release) : undefined;
  // One that never got ready is given up, and the Hold says so.
  const isGivenUp = hold?.givenUp === wanted?.release.number;
  if (wanted && !isGivenUp && wanted.outcome !== 'failed' && service.live !== wanted.release.number)
    faults.push(`6: r${wanted.release.number} was asked for, live is r${service.live}`);
  if (hold) return faults;

  const head = world.host.head(REPOSITORY, app.spec.branch);
  if (head !== undefined && live?.release.commit !== head && !isExcused(world, app, head, workloads, own))
    faults.push(
      `head is ${head.slice(0, 4)}, live is r${service.live} of ${live?.release.commit.slice(0, 4)}`,
    );
  const last = app.lastRelease;
  const secret = app.spec.secret === undefined ? {} : world.secret();
  const hash = secret && specHash(app.spec, secret);
  if (last && hash !== undefined && hash !== last.specHash && !own.some((change) => ended(change, hash)))
    faults.push(`its configuration is not that of r${last.number}`);
  return faults;
}

/** It was deployed; or a person went back to it; or for what a person asked for instead, and that came to nothing. */
function mayBeLive({ chronicle }: World, { uid, spec }: App, verdict: Verdict): boolean {
  if (verdict.outcome === 'deployed' || chronicle.isWished(uid)) return true;
  const [, asked] = (verdict.outcome === 'superseded' && /^r(\d+)$/.exec(verdict.by)) || [];
  if (asked === undefined) return false;
  // It was to be overtaken, unproven as it was, and a Hold came before the switch.
  const isHeldBack = spec.hold !== undefined && chronicle.releaseOf(uid, Number(asked)) !== undefined;
  return isHeldBack || chronicle.hasDone(uid, 'activate', Number(asked));
}

/** What is live has all its pods, and runs what its release says, the copy of the Secret included. */
function unfit(world: World, app: App, { release, replicas }: Workload): string[] {
  const { namespace, name } = app;
  const { redeploy: _, ...spec } = app.spec;
  const faults: string[] = [];
  const ready = readyPods(world, app, release.number);
  if (replicas === 0 || ready < replicas)
    faults.push(`1: live is r${release.number}, of which ${ready} of ${replicas} pods are ready`);
  const pod = world.objects.get('Deployment', namespace, `${name}-r${release.number}`)?.body.pod;
  const copy = world.objects.get('Secret', namespace, `${name}-r${release.number}`)?.body.content;
  const redeploy = release.redeploy === undefined ? {} : { redeploy: { id: release.redeploy, by: 'Ada' } };
  if (!pod || !copy || specHash({ ...spec, ...pod, ...redeploy }, copy) !== release.specHash)
    faults.push(`r${release.number} does not run the configuration that it says`);
  return faults;
}

/** Why the head of the branch is not what is live: a verdict says so, in the store, on its Workload or on the commit. */
function isExcused(
  world: World,
  app: App,
  head: string,
  workloads: readonly Workload[],
  own: readonly Change[],
): boolean {
  const [newest] = own.filter((change) => change.commit === head && change.kind !== 'rollback');
  if (newest?.verdict && newest.verdict.outcome !== 'deployed') return true;
  // A person went back from it, and lifted the Hold since: the next push goes on.
  if (newest?.verdict && world.chronicle.isWished(app.uid)) return true;
  if (!world.lost()) return false;
  if (world.chronicle.isWished(app.uid)) return true;
  const [last] = workloads
    .filter(({ release }) => release.commit === head)
    .toSorted((a, b) => b.release.number - a.release.number);
  if (last?.outcome !== undefined && last.outcome !== 'deployed') return true;
  const told = lastStatus(world, app, head);
  return told !== undefined && told.state !== 'pending' && !told.description.startsWith('deployed');
}

const crashes = (world: World, { release }: Workload) => world.fates.get(release.commit) === 'crashes';

/** A Change of this very configuration that came to nothing: it is not tried again by itself. */
const ended = ({ id, verdict }: Change, hash: string) =>
  id.endsWith(`-${hash}`) && verdict !== undefined && verdict.outcome !== 'deployed';

/** What nothing excuses any more: every Hold is lifted, and every branch gets a commit that is good. */
export async function askForMore({ world, newCommit, checks }: Day): Promise<void> {
  const apps = await world.apps();
  for (const app of apps) if (app.spec.hold) world.lift(app);
  for (const branch of new Set(apps.map(({ spec }) => spec.branch))) {
    const commit = newCommit();
    world.push(branch, commit, world.host.head(REPOSITORY, branch));
    if (checks) world.check(commit, 'success');
  }
}

/** Every head is live, its Change says so, and so does the code host. */
export async function faultsOfGoodDay(world: World): Promise<string[]> {
  const faults = await faultsAtRest(world);
  for (const app of await world.apps()) {
    const head = world.host.head(REPOSITORY, app.spec.branch) ?? '';
    const live = (await world.cluster.getService(app))?.live;
    const release = live === undefined ? undefined : await world.cluster.getWorkload(app, live);
    if (release?.release.commit !== head) faults.push(`the good commit is not live, but r${live}`);
    const [change] = await world.store.listChanges({ app: app.uid, commit: head, limit: 1 });
    if (change?.reason !== `deployed as r${live}`)
      faults.push(`4: the good commit is live as r${live}, but ${change?.reason}`);
    const told = lastStatus(world, app, head);
    if (told?.state !== 'success') faults.push(`the good commit is told to be ${told?.state}`);
    const deployment = world.host.deployment(`${app.namespace}/${app.name}/r${live}`);
    if (deployment !== 'success') faults.push(`the Deployment of r${live} is told to be ${deployment}`);
  }
  return faults;
}
