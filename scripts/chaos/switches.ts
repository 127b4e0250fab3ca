import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../test/e2e/app.ts';
import type { Answer } from '../../test/e2e/world.ts';
import type { Random } from '../../test/simulation/random.ts';
import { releaseOf, visited } from './app.ts';
import type { Stage, VisitedApp } from './stage.ts';
import type { Span } from './visits.ts';

export const kinds = ['activate', 'redeploy', 'config', 'push'] as const;
export type SwitchKind = (typeof kinds)[number];

/** `to` is the time at which a new request was answered by the new release. */
export interface Switch extends Span {
  readonly kind: SwitchKind;
  readonly app: string;
  readonly before?: number;
  /** Absent: it did not go live; `why` tells. */
  readonly after?: number;
  readonly why?: string;
}

const POLL_MS = 150;
/** What takes longer has lost an event: it waits for the tick of resync, which comes now. */
const HELP_MS = 8000;
const PATIENCE_MS = 240_000;

/** Most are of those that one image serves; a build now and then. */
export const aKind = (random: Random): SwitchKind =>
  random.chance(0.5) ? 'activate' : random.chance(0.06) ? 'push' : random.pick(['redeploy', 'config']);

/** Asks for one switch and waits until it has happened. One that cannot be asked for, or never answers, did not go live. */
export async function switchOnce(
  stage: Stage,
  visitedApp: VisitedApp,
  wanted: SwitchKind,
  random: Random,
): Promise<Switch> {
  const from = Date.now();
  try {
    return await untilSwitched(stage, visitedApp, wanted, random);
  } catch (err) {
    return { kind: wanted, app: visitedApp.app.name, from, to: Date.now(), why: (err as Error).message };
  }
}

/** Every Change has its verdict then. Where there is no standby to activate, it is a redeploy. */
async function untilSwitched(
  stage: Stage,
  { app, repository }: VisitedApp,
  wanted: SwitchKind,
  random: Random,
): Promise<Switch> {
  const before = await liveRelease(app);
  const standby = wanted === 'activate' ? await standbyOf(app, before, random) : undefined;
  const kind = wanted === 'activate' && standby === undefined ? 'redeploy' : wanted;
  const from = Date.now();
  const told = { kind, app: app.name, before, from };
  // A rollback holds the App until somebody lifts it.
  if (kind !== 'activate') await insist(() => app.wish('lift'));
  switch (kind) {
    case 'activate':
      await insist(() => app.wish('activate', { release: standby }));
      break;
    case 'redeploy':
      await insist(() => app.wish('redeploy'));
      break;
    case 'config':
      await insist(() => app.set({ env: { TURN: `${from}` } }));
      break;
    case 'push':
      await repository.commit(visited(from));
      // On one machine the git host may be away, too: a person pushes again.
      await insist(() =>
        repository.git('push', '--quiet', 'origin', 'main').then((body) => ({ status: 200, body })),
      );
      break;
  }
  let asked = Date.now();
  let to: number | undefined;
  let after = before;
  for (;;) {
    if (to === undefined) {
      after = await liveRelease(app);
      if (after !== before) to = Date.now();
    }
    const late = Date.now() - asked > HELP_MS;
    const changes = to !== undefined || late ? await app.changes().catch(() => []) : [];
    const settled = changes.length > 0 && changes.every(({ state }) => state === 'ended');
    if (to !== undefined && settled) return { ...told, to, after };
    if (late) {
      // Its own Change has ended, and not in going live: looked at once more, since that may have happened just now.
      const ended = settled && changes.some(({ openedAt }) => Date.parse(openedAt) >= from);
      if (ended && (await liveRelease(app)) === before)
        return { ...told, to: Date.now(), why: words(changes) };
      await stage.helpOn().catch(() => undefined);
      asked = Date.now();
    }
    if (Date.now() - from > PATIENCE_MS) return { ...told, to: Date.now(), why: words(changes) };
    await sleep(POLL_MS);
  }
}

/** Who answers at the App's URL now. Throws where nobody does for minutes. */
export async function liveRelease(app: App): Promise<number> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const release = releaseOf(await app.visit().catch(() => ''));
    if (release !== undefined) return release;
    if (Date.now() > end) throw new Error(`${app.name} answered nobody for ${PATIENCE_MS / 1000} s`);
    await sleep(POLL_MS);
  }
}

async function standbyOf(app: App, live: number, random: Random): Promise<number | undefined> {
  const ready = (await app.releases().catch(() => [])).filter(
    ({ number, state, pods }) =>
      number !== live && state === 'standby' && pods.wanted > 0 && pods.ready === pods.wanted,
  );
  return ready.length === 0 ? undefined : random.pick(ready).number;
}

/** While something is struck the API may be away: a person asks again. What is so already is answered 409. */
async function insist(ask: () => Promise<Pick<Answer, 'status' | 'body'>>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask().catch((err: Error) => ({ status: 0, body: err.message }));
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 409) return;
    if (Date.now() > end) throw new Error(`refused for too long: ${JSON.stringify(answer)}`);
    await sleep(500);
  }
}

const words = (changes: Awaited<ReturnType<App['changes']>>) =>
  changes
    .slice(0, 3)
    .map(({ kind, reason }) => `${kind}: ${reason}`)
    .join('; ') || 'nothing came of it in time';
