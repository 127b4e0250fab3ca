import type { App, AppRef } from '../../../shared/domain/app.ts';
import type { Hold } from '../../../shared/domain/app-spec.ts';
import { ownEvent } from '../../../shared/domain/events.ts';
import { ledger } from '../../../shared/runtime/ledger.ts';
import { addressOf, again, raiseEpoch, refOf, requireLivingApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { giveUp } from './give-up.ts';
import { type Preconditions, requireAsSeen } from './preconditions.ts';

/** Stops automatic switching. A release that a rollback asked for stays asked for. */
export async function hold(
  ports: Needs,
  ref: AppRef,
  by: string,
  why: string,
  seen: Preconditions = {},
): Promise<Hold> {
  const { cluster, clock } = ports;
  const written = await again(async () => {
    const app = await requireLivingApp(cluster, ref);
    requireAsSeen(app, seen, { by, why });
    const release = app.spec.hold?.release;
    const wish = { by, why, at: clock().toISOString(), ...(release === undefined ? {} : { release }) };
    await cluster.updateApp(app, { hold: wish });
    return wish;
  });
  await raiseEpoch(cluster, ref);
  return written;
}

/** Lets automatic switching go on, and says what that does. Asked again, it only tells the platform again. */
export async function lift(ports: Needs, ref: AppRef, by: string, seen: Preconditions = {}): Promise<string> {
  const { cluster, events } = ports;
  const app = await again(async () => {
    const fresh = await requireLivingApp(cluster, ref);
    requireAsSeen(fresh, seen);
    return fresh.spec.hold ? cluster.updateApp(fresh, { hold: null }) : fresh;
  });
  const service = await raiseEpoch(cluster, ref);
  const outlook = await whatFollows(ports, app, service?.live);
  await withdrawRollbacks(ports, app, by, service?.live);
  await events.emit(ownEvent('dev.cite.hold.lifted', refOf(app)));
  return outlook;
}

/** The newest Change that waited is released; those before it are superseded by it. */
async function whatFollows({ store }: Needs, app: App, live: number | undefined): Promise<string> {
  const open = await store.listChanges({ app: app.uid, open: true });
  const held = open.find(({ state }) => state === 'held');
  if (held) return `${held.commit.slice(0, 7)} "${held.title}" is released now.`;
  const moving = open.find(({ kind }) => kind !== 'rollback');
  if (moving) return `${moving.commit.slice(0, 7)} "${moving.title}" goes on: ${moving.state}.`;
  return live === undefined
    ? `Nothing is waiting: ${addressOf(app)} has no live release until the next push.`
    : `Nothing is waiting: r${live} stays live until the next push.`;
}

/** With the Hold goes the wish that it held: a rollback that has not happened yet is not to happen. */
async function withdrawRollbacks(
  ports: Needs,
  app: App,
  by: string,
  live: number | undefined,
): Promise<void> {
  const open = await ports.store.listChanges({ app: app.uid, open: true });
  for (const change of open) {
    if (change.kind !== 'rollback' || change.release === live) continue;
    // A switch that was under way may write to it until it fails its test.
    const ended = await again(async () => {
      const fresh = (await ports.store.getChange(change.id)) ?? change;
      return ledger(ports).conclude(fresh, { outcome: 'cancelled', by });
    });
    await giveUp(ports, app, ended, 'cancelled');
  }
}
