import type { App } from '../../shared/domain/app.ts';
import { heldBy } from '../../shared/domain/app-spec.ts';
import type { Build } from '../../shared/domain/build.ts';
import type { Verdict } from '../../shared/domain/change.ts';
import { type OrderFacts, supersededBy } from '../../shared/domain/order.ts';

/** What is known of one commit for one App, when it asks to be deployed. */
export interface PushFacts {
  readonly app: Pick<App, 'spec' | 'lastRelease'>;
  readonly commit: string;
  readonly message: string;
  readonly order: OrderFacts;
  readonly build: Pick<Build, 'state'> | undefined;
  /** Whether the newest Release failed, or was never made: a push of its commit is then another try. */
  readonly lastCameToNothing: boolean;
  /** A person wants it tried again: what failed before is no reason not to. */
  readonly retry: boolean;
}

export type PushDecision =
  | { readonly action: 'build' | 'reuse' | 'await image'; readonly reason: string }
  | { readonly action: 'conclude'; readonly verdict: Verdict };

/** Markers in the first lines of people's commits, as GitHub Actions and its peers know them. */
const SKIP_MARKER = /\[(skip ci|ci skip|no ci|skip deploy|deploy skip|skip cite)\]/i;

/** build · reuse · skip, or superseded: one push, one App. Under a Hold it is built all the same (DESIGN §2). */
export function decide(facts: PushFacts): PushDecision {
  const { app, commit } = facts;
  if (facts.order.head === undefined) {
    return skip(`branch ${app.spec.branch} is not there; what is live goes on`);
  }
  const newer = supersededBy(facts.order);
  if (newer !== undefined) return { action: 'conclude', verdict: { outcome: 'superseded', by: newer } };
  if (!facts.retry) {
    const marker = SKIP_MARKER.exec(facts.message)?.[0];
    if (marker !== undefined) return skip(`its message says ${marker}`);
    if (app.lastRelease?.commit === commit && !facts.lastCameToNothing) {
      return skip(`r${app.lastRelease.number} is of this commit`);
    }
  }
  const held = app.spec.hold ? `, then ${heldBy(app.spec.hold)}` : '';
  if (app.spec.image !== undefined) {
    return { action: 'await image', reason: `waiting for ${app.spec.checks.join(', ')}${held}` };
  }
  const again = facts.retry && (facts.build?.state === 'failed' || facts.build?.state === 'cancelled');
  if (facts.build === undefined || facts.build.state === 'cancelled' || again) {
    return { action: 'build', reason: `building${held}` };
  }
  return {
    action: 'reuse',
    reason: facts.build.state === 'running' ? `building${held}` : `built before${held}`,
  };
}

const skip = (why: string): PushDecision => ({ action: 'conclude', verdict: { outcome: 'skipped', why } });
