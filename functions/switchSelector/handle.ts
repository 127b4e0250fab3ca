import type { CloudEvent } from 'cloudevents';
import type { AppRef } from '../../shared/domain/app.ts';
import { RetryableError } from '../../shared/domain/errors.ts';
import { appOfClusterEvent, parseClusterEvent, parseOwnEvent } from '../../shared/domain/events.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { sayingWhyItWaits } from '../../shared/runtime/saying-why-it-waits.ts';
import { apply } from './apply.ts';
import { decide } from './decide.ts';
import { findAgain } from './find-again.ts';
import { askedAt, cancelledBy, isToProve, type Needs, readScene } from './scene.ts';
import { writeSummary } from './write-summary.ts';

/** More steps than any story has: after that the next event goes on. */
const MAX_STEPS = 20;

/** Something of an App's Workloads has changed, or a person wants another Release live: step by step towards it. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      const ref = appOf(event);
      const isLookedFor = event.type === 'dev.cite.workload.found';
      if (ref) await approach(ports, ref, isLookedFor, log.child({ app: `${ref.namespace}/${ref.name}` }));
    },
);

function appOf(event: CloudEvent<unknown>): AppRef | undefined {
  if (event.type === 'dev.cite.activate.requested' || event.type === 'dev.cite.workload.found') {
    return parseOwnEvent(event.type, event.data);
  }
  const change = parseClusterEvent(event);
  return change && appOfClusterEvent(change);
}

async function approach(ports: Needs, ref: AppRef, isLookedFor: boolean, log: Logger): Promise<void> {
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const scene = await readScene(ports, ref);
    if (!scene) return;
    if (await findAgain({ ...ports, log }, scene, isLookedFor)) continue;
    const decision = decide({
      ...scene,
      askedAt: askedAt(scene),
      toProve: isToProve(scene),
      cancelledBy: cancelledBy(scene),
      now: ports.clock(),
    });
    const level = decision.action === 'nothing' || decision.action === 'wait' ? 'debug' : 'info';
    log[level]({ ...decision, live: scene.service.live, epoch: scene.service.epoch }, 'switch decided');
    const onTheirWay = scene.open.filter(({ release }) => release !== undefined);
    const isOther = await sayingWhyItWaits(ports, onTheirWay, () => apply(ports, scene, decision, log));
    if (isOther) continue;
    // Until nothing is left to write: who stood still before it has told of the past, over what another one told since.
    if (!(await writeSummary(ports, scene))) return;
  }
  throw new RetryableError('more steps than one event may take');
}
