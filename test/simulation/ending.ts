import { isStandby } from '../../functions/probeStandby/decide.ts';
import type { App } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import { specHash } from '../../shared/domain/release.ts';
import { rollbackWords } from '../../shared/domain/standby-check.ts';
import { statusContext } from '../../shared/domain/status-context.ts';
import { isReady, type Workload } from '../../shared/domain/workload.ts';
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
    if (change.verdict || (change.state === 'held' && held.has(change.app.uid))) continue;
    faults.push(`4: ${change.id} has no verdict: ${change.state}, ${change.reason}`);
  }
  for (const { id } of await store.unjudgedDeliveries(new Date(8.64e15)))
    faults.push(`4: delivery ${id} has no verdict`);
  for (const { id } of await store.pendingMessages()) faults.push(`4: message ${id} was not told`);
  for (const { key } of await store.listRunningBuilds()) faults.push(`5: build ${key} is said to run`);
  if (!world.lost()) faults.push(...(await unheard(world)));
  for (const app of apps) faults.push(...(await faultsOf(world, app, changes)));
  return faults;
}

/** What the code host was answered: of a store that has lost nothing. */
async function unheard(world: World): Promise<string[]> {
  const faults: string[] = [];
  for (const { guid } of world.told)
    if (!(await world.store.getDelivery(`1/${guid}`))?.judgement)
      faults.push(`4: delivery ${guid} was accepted and has no verdict`);
  return faults;
}

/** What is said of standbys is what they are, and of the newest where `kubectl get apps` looks. */
async function misjudged(world: World, app: App, live: number | undefined): Promise<string[]> {
  const faults: string[] = [];
  const standbys = (await world.cluster.listWorkloads(app))
    .filter((one) => isStandby(one) && one.release.number !== live)
    .toSorted((a, b) => b.release.number - a.release.number);
  for (const standby of standbys) {
    const check = await world.store.getStandbyCheck(app.uid, standby.release.number);
    const said = check && (check.fault ?? 'ready');
    if (!check || isReady(standby) !== (check.fault === undefined))
      faults.push(
        `standby r${standby.release.number} of ${app.name} is said to be: ${said ?? 'not checked'}`,
      );
  }
  const [newest] = standbys;
  const words = rollbackWords(
    newest && { release: newest.release.number, ...(isReady(newest) ? {} : { fault: 'it is not ready' }) },
  );
  if (app.status.rollback !== words)
    faults.push(`rollback of ${app.name}: ${app.status.rollback}, not ${words}`);
  return faults;
}

const lastStatus = (world: World, app: App, head: string) =>
  world.host.records.statuses.findLast(
    ({ commit, status }) => commit === head && status.context === statusContext(app),
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

  for (const { release, outcome } of workloads)
    if (outcome === undefined && !(app.spec.hold && release.number !== service.live))
      faults.push(`r${release.number} has no outcome`);
  if (service.live !== undefined && !live) faults.push(`2: live is r${service.live}, whose Workload is gone`);
  if (live && !isReady(live) && !crashes(world, live))
    faults.push(`1: live is r${service.live}, which is not ready`);
  if (
    live &&
    live.outcome === 'failed' &&
    numbered(service.previous)?.outcome === 'deployed' &&
    !app.spec.hold
  )
    faults.push(`live is r${service.live}, which failed, and r${service.previous} could be`);

  faults.push(...(await misjudged(world, app, service.live)));
  const { hold } = app.spec;
  if (hold?.release !== undefined && hold.release !== service.live) {
    const held = numbered(hold.release);
    if (held && held.outcome !== 'failed')
      faults.push(`7: r${hold.release} is asked for, live is r${service.live}`);
  }
  const wish = world.wishes.last(app);
  if ((wish?.what === 'hold' || wish?.what === 'activate') && !hold)
    faults.push(`7: the ${wish.what} of a person is lost`);
  if (wish?.what === 'lift' && hold) faults.push('7: the lifting of a Hold is lost');
  const wanted = wish?.what === 'activate' ? numbered(wish.release) : undefined;
  // One that never got ready is given up: then its Change says so.
  const isGivenUp =
    world.lost() ||
    own.some(
      ({ kind, release, verdict }) =>
        kind === 'rollback' &&
        release === wanted?.release.number &&
        /^(failed|cancelled)$/.test(verdict?.outcome ?? ''),
    );
  if (wanted && !isGivenUp && wanted.outcome !== 'failed' && service.live !== wanted.release.number)
    faults.push(`6: r${wanted.release.number} was asked for, live is r${service.live}`);
  if (hold) return faults;

  const head = world.host.head(REPOSITORY, app.spec.branch);
  if (head !== undefined && live?.release.commit !== head && !isExcused(world, app, head, workloads, own))
    faults.push(
      `head is ${head.slice(0, 4)}, live is r${service.live} of ${live?.release.commit.slice(0, 4)}`,
    );
  const last = app.lastRelease;
  if (
    last &&
    specHash(app.spec, {}) !== last.specHash &&
    !own.some((change) => ended(change, specHash(app.spec, {})))
  )
    faults.push(`its configuration is not that of r${last.number}`);
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
  if (newest?.verdict && world.wentBack.has(app.uid)) return true;
  const [last] = workloads
    .filter(({ release }) => release.commit === head)
    .toSorted((a, b) => b.release.number - a.release.number);
  if (last?.outcome !== undefined && last.outcome !== 'deployed') return true;
  const told = lastStatus(world, app, head);
  return told?.state === 'failure' || told?.state === 'error';
}

const crashes = (world: World, { release }: Workload) => world.fates.get(release.commit) === 'crashes';

/** A Change of this very configuration that came to nothing: it is not tried again by itself. */
const ended = ({ id, verdict }: Change, hash: string) =>
  id.endsWith(`-${hash}`) && verdict !== undefined && verdict.outcome !== 'deployed';
