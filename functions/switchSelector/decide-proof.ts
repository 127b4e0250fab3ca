import type { Service, Workload } from '../../shared/domain/workload.ts';
import { isReady } from './decide.ts';

/** Seconds in which a switch must be proven: the slowest data plane seen follows a Service in 7 s (performance.md §4). */
const PROOF_SECONDS = 30;

export interface ProofFacts {
  readonly service: Pick<Service, 'live' | 'previous' | 'switchedAt' | 'endpoints'>;
  /** What was live before, where it is still there. */
  readonly previous: Workload | undefined;
  /** What was wrong with a new request through the Service; undefined: it was answered well. */
  readonly fault: string | undefined;
  readonly now: Date;
}

export type ProofDecision =
  | { readonly action: 'proven' }
  | { readonly action: 'again'; readonly reason: string }
  | { readonly action: 'fail'; readonly reason: string };

/** All ready endpoints are of the live Release, and a new request through the Service is answered well (DESIGN §6). */
export function decideProof(facts: ProofFacts): ProofDecision {
  const reason = unproven(facts);
  if (reason === undefined) return { action: 'proven' };
  const { service, previous, now } = facts;
  const age = service.switchedAt ? now.getTime() - service.switchedAt.getTime() : Number.POSITIVE_INFINITY;
  if (age < PROOF_SECONDS * 1000) return { action: 'again', reason };
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
