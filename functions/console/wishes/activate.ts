import type { App, AppRef } from '../../../shared/domain/app.ts';
import { type Change, changeOf } from '../../../shared/domain/change.ts';
import { ownEvent } from '../../../shared/domain/events.ts';
import type { Service, Workload } from '../../../shared/domain/workload.ts';
import { ledger } from '../../../shared/runtime/ledger.ts';
import { addressOf, again, raiseEpoch, refOf, requireLivingApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';
import { giveUp } from './give-up.ts';
import { type Preconditions, requireAsSeen } from './preconditions.ts';

export interface Activation {
  readonly release: number;
  readonly by: string;
  readonly why: string;
}

/**
 * A person wants that release live. The Hold comes first, then the epoch: a switch that was decided before fails its
 * test, and no later one undoes this (DESIGN §6, invariant 6). Asked again for the same release, it goes on where it was.
 */
export async function activate(
  ports: Needs,
  ref: AppRef,
  wish: Activation,
  seen: Preconditions = {},
): Promise<Change> {
  const { cluster, events } = ports;
  const app = await requireLivingApp(cluster, ref);
  const target = await requireActivatable(ports, app, wish.release);
  const held = await again(async () => {
    const fresh = await requireLivingApp(cluster, ref);
    requireAsSeen(fresh, seen, wish);
    return cluster.updateApp(fresh, { hold: { ...wish, at: ports.clock().toISOString() } });
  });
  await raiseEpoch(cluster, ref);
  await requireStillAsked(cluster, held);
  await supersede(ports, held, target);
  const { change } = await ledger(ports).open(rollback(held, target, wish, ports.newId()));
  await events.emit(ownEvent('dev.cite.activate.requested', refOf(held)));
  return change;
}

/**
 * Of two who ask at once the later Hold counts: the other one must not take back what it asks for. One that was given up
 * already has its Change all the same, which says so.
 */
async function requireStillAsked(cluster: Needs['cluster'], held: App): Promise<void> {
  const now = await requireLivingApp(cluster, held);
  if (now.uid !== held.uid)
    throw refusal(
      404,
      `${addressOf(held)} was deleted; another App has its name now. Look at that one first.`,
    );
  const { hold } = now.spec;
  if (hold && (hold.release ?? hold.givenUp) === held.spec.hold?.release) return;
  const what = hold
    ? `${hold.by} holds ${addressOf(now)} otherwise`
    : `the Hold of ${addressOf(now)} was lifted`;
  throw refusal(409, `Meanwhile ${what}. Look at it, and ask again.`);
}

async function requireActivatable({ cluster }: Needs, app: App, release: number): Promise<Workload> {
  // The Service first: a release that a switch makes live in between is then still seen as a standby.
  const service = await cluster.getService(app);
  const target = await cluster.getWorkload(app, release);
  const obstacle = whyNot(app, target, service, release);
  if (target && obstacle === undefined) return target;
  throw refusal(target ? 409 : 404, obstacle ?? `There is no r${release} of ${addressOf(app)}.`);
}

/** Why a release cannot be activated; undefined: it can. */
function whyNot(
  app: App,
  target: Workload | undefined,
  service: Service | undefined,
  release: number,
): string | undefined {
  const name = `r${release} of ${addressOf(app)}`;
  if (!target && release <= (app.lastRelease?.number ?? 0)) {
    return `${name} is gone: the sweep keeps the last ${app.spec.retention.releases}. Push or redeploy that commit instead.`;
  }
  if (!target) return `There is no ${name}. List the releases to see which there are.`;
  if (service?.live === release) return `${name} is live already. To keep it so, hold the App.`;
  switch (target.outcome) {
    case 'deployed':
    case 'superseded':
      return undefined;
    case 'failed':
    case 'cancelled':
      return `${name} ${target.outcome === 'failed' ? 'has failed' : 'was cancelled'}: nothing says that it would run. Retry its Change instead.`;
    default:
      return `${name} is still on its way: it becomes live by itself when it is ready.`;
  }
}

/** Open Changes that this wish replaces: rollbacks to other releases, and whatever else that commit waits for. */
async function supersede(ports: Needs, app: App, { release }: Workload): Promise<void> {
  const open = await ports.store.listChanges({ app: app.uid, open: true });
  for (const change of open) {
    const same = change.kind === 'rollback' && change.release === release.number;
    if (same || (change.kind !== 'rollback' && change.commit !== release.commit)) continue;
    const ended = await again(async () => {
      const fresh = (await ports.store.getChange(change.id)) ?? change;
      return ledger(ports).conclude(fresh, { outcome: 'superseded', by: `r${release.number}` });
    });
    await giveUp(ports, app, ended, 'superseded');
  }
}

function rollback(app: App, { release, replicas }: Workload, { by, why }: Activation, id: string) {
  const asked = `${by} asked for r${release.number}${why ? `: ${why}` : ''}`;
  return {
    ...changeOf(app, {
      id,
      kind: 'rollback',
      commit: release.commit,
      title: `Roll back to r${release.number}`,
      author: by,
      by,
      redoes: release.change,
    }),
    release: release.number,
    state: replicas > 0 ? 'switching' : 'starting',
    reason: replicas > 0 ? asked : `${asked}; it is started first`,
  } as const;
}
