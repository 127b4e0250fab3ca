import { RetryableError } from '../../shared/domain/errors.ts';
import type { Service, Workload } from '../../shared/domain/workload.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { decideProof, PATIENCE_MS, type ProofDecision } from './decide-proof.ts';
import { endRelease } from './end-release.ts';
import { type Needs, type Scene, workloadOf } from './scene.ts';

/** Between two looks of one event; the broker's next delivery goes on. */
const PAUSE_MS = 50;

/** An App may give its probes minutes; the handler has to end well inside the broker's time-out. */
const PROBE_SECONDS = 5;

/**
 * Proves what is selected. Where that fails, its Change and its Workload say so first; the switch back is then the next
 * step of anybody who looks, whatever dies in between.
 */
export async function prove(ports: Needs, scene: Scene, log: Logger): Promise<boolean> {
  const since = ports.clock();
  for (;;) {
    const service = await ports.cluster.getService(scene.app);
    // Another switch, hold or lift came in between: that one's own proof counts.
    if (!service || service.epoch !== scene.service.epoch || service.live === undefined) return true;
    const decision = await decideNow(ports, scene, service, service.live, since);
    switch (decision.action) {
      case 'proven':
        log.info({ release: service.live }, 'switch proven');
        await endRelease(
          ports,
          scene,
          service.live,
          { outcome: 'deployed', release: service.live },
          'deployed',
        );
        return true;
      case 'fail': {
        log.warn({ release: service.live, reason: decision.reason }, 'switch not proven');
        const why = `r${service.live}: ${decision.reason}`;
        await endRelease(ports, scene, service.live, { outcome: 'failed', why }, 'failed');
        return true;
      }
      case 'wait':
        return false;
      case 'again':
        if (ports.clock().getTime() - since.getTime() < PATIENCE_MS) await ports.sleep(PAUSE_MS);
        else throw new RetryableError(`r${service.live} is not proven: ${decision.reason}`);
    }
  }
}

async function decideNow(
  ports: Needs,
  scene: Scene,
  service: Service,
  live: number,
  since: Date,
): Promise<ProofDecision> {
  const workload = workloadOf(scene, live);
  return decideProof({
    service,
    live: workload,
    pods: scene.pods.filter((pod) => pod.release === live),
    previous: scene.workloads.find(({ release }) => release.number === service.previous),
    fault: service.endpoints.length > 0 ? await faultOf(ports, service, workload) : undefined,
    since,
    now: ports.clock(),
  });
}

async function faultOf(
  { probe }: Needs,
  { address }: Service,
  { readiness }: Workload,
): Promise<string | undefined> {
  const timeoutSeconds = Math.min(readiness.timeoutSeconds, PROBE_SECONDS);
  const fault = await probe.fault(address, { ...readiness, timeoutSeconds });
  return fault === undefined ? undefined : `through the Service: ${fault}`;
}
