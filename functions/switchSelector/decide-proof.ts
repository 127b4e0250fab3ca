import { waitingFor, workloadFailure } from '../../shared/domain/pod-failure.ts';
import { isReady, type Pod, type Service, type Workload } from '../../shared/domain/workload.ts';

/** Seconds in which a switch must be proven: the slowest data plane seen follows a Service in 7 s (performance.md §4). */
const PROOF_SECONDS = 30;

/** How long one event asks, well inside the broker's time-out; and, whatever the switcher's clock said, the least. */
export const PATIENCE_MS = 2000;

export interface ProofFacts {
  readonly service: Pick<Service, 'live' | 'previous' | 'switchedAt' | 'endpoints'>;
  /** What is live, and its pods. */
  readonly live: Workload;
  readonly pods: readonly Pod[];
  /** What was live before, where it is still there. */
  readonly previous: Workload | undefined;
  /** What was wrong with a new request through the Service; undefined: it was answered well. */
  readonly fault: string | undefined;
  /** When whoever asks began to look. */
  readonly since: Date;
  readonly now: Date;
}

export type ProofDecision =
  | { readonly action: 'proven' }
  | { readonly action: 'again'; readonly reason: string }
  | { readonly action: 'wait'; readonly reason: string }
  | { readonly action: 'fail'; readonly reason: string };

/** All ready endpoints are of the live Release, and a new request through the Service is answered well (DESIGN §6). */
export function decideProof(facts: ProofFacts): ProofDecision {
  const { live, pods } = facts;
  // Its pods went after the switch, or the platform was away: they come back with an event, or have a reason not to.
  if (!isReady(live)) {
    const failure = workloadFailure(live, pods);
    return failure ? failed(failure.why, facts) : { action: 'wait', reason: waitingFor(live, pods) };
  }
  const reason = unproven(facts);
  if (reason === undefined) return { action: 'proven' };
  const { service, since, now } = facts;
  const age = service.switchedAt ? now.getTime() - service.switchedAt.getTime() : Number.POSITIVE_INFINITY;
  const isWatched = now.getTime() - since.getTime() >= PATIENCE_MS;
  if (age < PROOF_SECONDS * 1000 || !isWatched) return { action: 'again', reason };
  return failed(reason, facts);
}

function failed(reason: string, { previous }: ProofFacts): ProofDecision {
  const back = previous?.outcome === 'deployed' && isReady(previous);
  const then = back
    ? `switching back to r${previous.release.number}`
    : 'there is no ready release to go back to';
  return { action: 'fail', reason: `${reason}; ${then}` };
}

function unproven({ service, fault }: ProofFacts): string | undefined {
  if (service.endpoints.length === 0) return 'the Service has no ready endpoint';
  const foreign = service.endpoints.find((release) => release !== service.live);
  if (foreign !== undefined) return `the Service still has endpoints of r${foreign}`;
  return fault;
}
