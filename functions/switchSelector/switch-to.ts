import { ConflictError } from '../../shared/domain/errors.ts';
import { isReady } from '../../shared/domain/workload.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { outcomeOf } from './decide.ts';
import { endRelease } from './end-release.ts';
import { changesOf, type Needs, type Scene, workloadOf } from './scene.ts';

/** Times that the old Release's clock is tried against other writers; else the sweep finds it missing and starts it. */
const CLOCK_TRIES = 3;

/**
 * The switch, in the order that keeps the invariants (DESIGN §6): claim the target, re-read its readiness, then one
 * compare-and-set on selector and epoch; the old one's standby clock starts after it has stopped being live. The Change
 * of what is live now was concluded when it was proven; where a person does not wait for that, it ends here.
 */
export async function switchTo(ports: Needs, scene: Scene, release: number, log: Logger): Promise<void> {
  const { cluster } = ports;
  const target = workloadOf(scene, release);
  if (target.standbySince !== undefined) await cluster.updateWorkload(target, { standbySince: null });
  const claimed = await cluster.getWorkload(scene.app, release);
  // Given up by somebody since it was read: then it is no longer what was decided on.
  const isGivenUp = claimed?.standbySince !== undefined || claimed?.outcome !== target.outcome;
  if (!claimed || isGivenUp || !isReady(claimed)) return;
  // What somebody has concluded since, or wants cancelled, does not become live, as far as can be seen from here.
  const maker = scene.open.find(({ id }) => id === target.release.change);
  const change = maker && (await ports.store.getChange(maker.id));
  if (change?.verdict || change?.cancelledBy !== maker?.cancelledBy) return;
  const before = scene.service.live;
  const live = scene.workloads.find((workload) => workload.release.number === before);
  // What somebody deleted may have been made again meanwhile: then nothing has to stand in for it.
  if (before !== undefined && !live && (await cluster.getWorkload(scene.app, before))) return;
  if (live && live.outcome === undefined) {
    const verdict = scene.verdicts.get(live.release.number) ?? { outcome: 'superseded', by: `r${release}` };
    await endRelease(ports, scene, live.release.number, verdict, outcomeOf(verdict));
  }
  await cluster.switchService(scene.service, release, ports.clock());
  log.info({ from: before, to: release, epoch: scene.service.epoch + 1 }, 'selector switched');
  if (before !== undefined) await startClock(ports, scene, before);
  for (const change of changesOf(scene, release)) {
    await ledger(ports).advance(change, { state: 'switching', reason: `r${release} is selected`, release });
  }
}

/** A clock from before it was live is none: a sweep may start one between the claim of a release and the switch to it. */
async function startClock(ports: Needs, scene: Scene, release: number): Promise<void> {
  const since = scene.service.switchedAt ?? new Date(0);
  for (let attempt = 0; attempt < CLOCK_TRIES; attempt++) {
    const old = await ports.cluster.getWorkload(scene.app, release);
    if (!old || (old.standbySince && old.standbySince >= since)) return;
    try {
      await ports.cluster.updateWorkload(old, { standbySince: ports.clock() });
      return;
    } catch (err) {
      if (!(err instanceof ConflictError)) throw err;
    }
  }
}
