import { ledger } from '../../shared/runtime/ledger.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { tellApp } from '../../shared/runtime/tell-app.ts';
import type { SwitchDecision } from './decide.ts';
import { decideLeftover } from './decide-leftover.ts';
import { endRelease } from './end-release.ts';
import { podDetail } from './pod-detail.ts';
import { prove } from './prove.ts';
import { changesOf, type Needs, type Scene, workloadOf } from './scene.ts';
import { switchTo } from './switch-to.ts';

/** Does what was decided; true: the world is another one now, look again. */
export async function apply(
  ports: Needs,
  scene: Scene,
  decision: SwitchDecision,
  log: Logger,
): Promise<boolean> {
  switch (decision.action) {
    case 'nothing':
      await endLeftovers(ports, scene);
      return false;
    case 'wait':
      await advance(ports, scene, decision.release, 'starting', decision.reason);
      await endLeftovers(ports, scene);
      return false;
    case 'hold':
      await advance(ports, scene, decision.release, 'held', decision.reason);
      await endLeftovers(ports, scene);
      return false;
    case 'supersede':
      await endRelease(
        ports,
        scene,
        decision.release,
        { outcome: 'superseded', by: `r${decision.by}` },
        'superseded',
      );
      return true;
    case 'fail': {
      const why = `r${decision.release}: ${decision.reason}`;
      const detail = await podDetail(ports, decision.pod);
      await endRelease(ports, scene, decision.release, { outcome: 'failed', why, ...detail }, 'failed');
      return true;
    }
    case 'settle':
      await endRelease(ports, scene, decision.release, decision.verdict, decision.outcome);
      return true;
    case 'give up':
      await giveUp(ports, scene, decision.release, decision.reason, await podDetail(ports, decision.pod));
      return true;
    case 'start':
      if (decision.found !== undefined) await sayWhatWasFound(ports, scene, decision.found);
      await ports.cluster.updateWorkload(workloadOf(scene, decision.release), {
        replicas: scene.app.spec.replicas,
        standbySince: null,
      });
      return true;
    case 'retire':
      // Whoever read it before its mark may have made it live since, without a claim that this would meet: then the epoch
      // is another one. A person's claim in between changes the Workload.
      await ports.cluster.raiseEpoch(scene.service);
      await ports.cluster.updateWorkload(workloadOf(scene, decision.release), { replicas: 0 });
      return true;
    case 'adopt':
      await sayWhatWasFound(ports, scene, decision.found);
      await ports.cluster.updateWorkload(workloadOf(scene, decision.release), { standbySince: null });
      // Whoever decided by the selector of before loses his test.
      await ports.cluster.raiseEpoch(scene.service);
      return true;
    case 'switch':
      if (decision.found !== undefined) await sayWhatWasFound(ports, scene, decision.found);
      await switchTo(ports, scene, decision.release, log);
      return true;
    case 'prove':
      return prove(ports, scene, log);
  }
}

/** Before it is mended: once for each epoch of the Service, however often it is tried. */
const sayWhatWasFound = (ports: Needs, { app, service }: Scene, found: string) =>
  tellApp(ports, app, {
    id: `selector/${service.epoch}/${service.live ?? 'none'}`,
    type: 'Warning',
    reason: 'SelectorEdited',
    message: `Not by Cite: ${found}.`,
  });

/**
 * The person's Hold stays, its wish goes, and the Hold says so: first of all, or a death in between would leave a verdict
 * and a wish that contradict each other. The Release keeps its place among those that may be gone back to.
 */
async function giveUp(
  ports: Needs,
  scene: Scene,
  release: number,
  reason: string,
  detail: { detail?: string },
): Promise<void> {
  const { hold } = scene.app.spec;
  if (hold) {
    const { release: _given, ...rest } = hold;
    await ports.cluster.updateApp(scene.app, { hold: { ...rest, givenUp: release } });
  }
  await ports.cluster.raiseEpoch(scene.service);
  await ports.cluster.updateWorkload(workloadOf(scene, release), { standbySince: ports.clock() });
  for (const change of changesOf(scene, release)) {
    await ledger(ports).conclude(change, { outcome: 'failed', why: `r${release}: ${reason}`, ...detail });
  }
}

async function advance(
  ports: Needs,
  scene: Scene,
  release: number,
  state: 'starting' | 'held',
  reason: string,
): Promise<void> {
  for (const change of changesOf(scene, release))
    await ledger(ports).advance(change, { state, reason, release });
}

/**
 * Open Changes that no step will end any more: a death left a verdict unwritten, or the world moved on. The world is read
 * anew, after them: the scene's may be from before the release or the wish that a Change of it tells of.
 */
async function endLeftovers(ports: Needs, scene: Scene): Promise<void> {
  const left = scene.open.filter((change) => decideLeftover(change, scene));
  if (left.length === 0) return;
  const { cluster } = ports;
  const [app, service, workloads, pods] = await Promise.all([
    cluster.getApp(scene.app),
    cluster.getService(scene.app),
    cluster.listWorkloads(scene.app),
    cluster.listPods(scene.app),
  ]);
  if (!app || !service) return;
  for (const change of left) {
    const verdict = decideLeftover(change, { app, service, workloads, pods });
    if (verdict) await ledger(ports).conclude(change, verdict);
  }
}
