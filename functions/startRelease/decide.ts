import type { App } from '../../shared/domain/app.ts';
import { heldBy } from '../../shared/domain/app-spec.ts';
import type { Change, Verdict } from '../../shared/domain/change.ts';
import { type OrderFacts, supersededBy } from '../../shared/domain/order.ts';
import type { Release } from '../../shared/domain/release.ts';

export interface ReleaseFacts {
  readonly change: Change;
  readonly app: Pick<App, 'spec' | 'lastRelease'> | undefined;
  readonly order: OrderFacts;
  /** Image with digest; undefined: it is not to be had. */
  readonly image: string | undefined;
  /** Undefined: the App names a Secret that is not there. */
  readonly hashes: Pick<Release, 'specHash' | 'secretHash'> | undefined;
  /** The Release that this Change has been given before, found on a Workload. */
  readonly given: Release | undefined;
  /** The highest number on a Workload: one of an earlier App of the name may run still. 0: there is none. */
  readonly highest: number;
  readonly now: Date;
}

export type ReleaseDecision =
  | { readonly action: 'nothing'; readonly reason: string }
  | { readonly action: 'hold'; readonly reason: string }
  | { readonly action: 'conclude'; readonly verdict: Verdict }
  | { readonly action: 'start'; readonly release: Release };

/** Whether a Change gets its Release, and which. The number is given once: a repeated request finds the same one. */
export function decide(facts: ReleaseFacts): ReleaseDecision {
  const { change, app, order, image, hashes } = facts;
  if (change.verdict) return { action: 'nothing', reason: 'it has its verdict' };
  if (!app) return { action: 'conclude', verdict: { outcome: 'cancelled', by: 'the deletion of its App' } };
  if (facts.given) return { action: 'start', release: facts.given };
  const last = app.lastRelease;
  if (last?.change !== change.id) {
    // An event is a hint, and anybody in the cluster may send one: checks, Hold and build are not passed by by it.
    if (change.state !== 'starting' && change.state !== 'held')
      return { action: 'nothing', reason: `it may not have its release yet: ${change.state}` };
    if (app.spec.hold) return { action: 'hold', reason: heldBy(app.spec.hold) };
    const newer = supersededBy(order);
    if (newer !== undefined) return { action: 'conclude', verdict: { outcome: 'superseded', by: newer } };
    // A configuration is one of the newest commit: createService sees whether that one's release lacks it.
    if (change.kind !== 'push' && last && last.commit !== change.commit)
      return { action: 'conclude', verdict: { outcome: 'superseded', by: `r${last.number}` } };
  }
  if (image === undefined) return failed('its image is not there any more: retry it');
  if (hashes === undefined) {
    return failed(`Secret ${app.spec.secret} is not in the namespace: create it, then retry`);
  }
  const redeploy = app.spec.redeploy?.id;
  // Numbered, but its Workload is not there yet: the same number, with what is wanted now.
  const number = last?.change === change.id ? last.number : Math.max(last?.number ?? 0, facts.highest) + 1;
  return {
    action: 'start',
    release: {
      number,
      change: change.id,
      commit: change.commit,
      image,
      ...hashes,
      ...(redeploy === undefined ? {} : { redeploy }),
      createdAt: facts.now.toISOString(),
    },
  };
}

const failed = (why: string): ReleaseDecision => ({
  action: 'conclude',
  verdict: { outcome: 'failed', why },
});
