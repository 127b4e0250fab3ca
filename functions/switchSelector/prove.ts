import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '../../shared/domain/errors.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { decideProof } from './decide-proof.ts';
import { endRelease } from './end-release.ts';
import type { Needs, Scene } from './scene.ts';

/** One event asks this often, this far apart; the broker's next delivery goes on. Well inside its time-out. */
const TRIES = 40;
const PAUSE_MS = 50;

/**
 * Proves what is selected. Where that fails, its Change and its Workload say so first; the switch back is then the next
 * step of anybody who looks, whatever dies in between.
 */
export async function prove(ports: Needs, scene: Scene, log: Logger): Promise<void> {
  let reason = '';
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const service = await ports.cluster.getService(scene.app);
    // Another switch, hold or lift came in between: that one's own proof counts.
    if (!service || service.epoch !== scene.service.epoch || service.live === undefined) return;
    const { live } = service;
    const decision = decideProof({
      service,
      previous: scene.workloads.find((workload) => workload.release.number === service.previous),
      fault:
        service.endpoints.length > 0
          ? await ports.probe.fault(service.address, scene.app.spec.readiness)
          : undefined,
      now: ports.clock(),
    });
    if (decision.action === 'proven') {
      log.info({ release: live }, 'switch proven');
      return endRelease(ports, scene, live, { outcome: 'deployed', release: live }, 'deployed');
    }
    if (decision.action === 'fail') {
      log.warn({ release: live, reason: decision.reason }, 'switch not proven');
      return endRelease(
        ports,
        scene,
        live,
        { outcome: 'failed', why: `r${live}: ${decision.reason}` },
        'failed',
      );
    }
    reason = decision.reason;
    await sleep(PAUSE_MS);
  }
  throw new RetryableError(`r${scene.service.live} is not proven: ${reason}`);
}
