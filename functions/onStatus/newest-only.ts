import type { Change } from '../../shared/domain/change.ts';
import { supersededBy } from '../../shared/domain/order.ts';
import { appOfChange } from '../../shared/runtime/app-of-change.ts';
import { orderFacts } from '../../shared/runtime/order-facts.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import type { StatusDecision } from './decide.ts';

export interface Considered {
  readonly change: Change;
  readonly decision: StatusDecision;
}

/**
 * Of Changes of one App that might all have their Release at once, the newest alone has it: requested together, an
 * older one could come first and be live for a moment. Newest by ancestry, not by arrival (invariant 3).
 */
export async function newestOnly(
  ports: Pick<Ports, 'codeHost' | 'cluster'>,
  considered: readonly Considered[],
): Promise<readonly Considered[]> {
  const [first] = considered;
  const branch = first && (await appOfChange(ports, first.change))?.spec.branch;
  if (branch === undefined) return considered;
  const superseded = new Map<Change, string>();
  let newest: Change | undefined;
  for (const { change, decision } of considered) {
    if (decision.action !== 'release') continue;
    const by = newest && supersededBy(await orderOf(ports, branch, change, newest));
    if (by !== undefined) {
      superseded.set(change, by);
      continue;
    }
    if (newest) superseded.set(newest, change.commit);
    newest = change;
  }
  return considered.map((one) => {
    const by = superseded.get(one.change);
    if (by === undefined) return one;
    return { ...one, decision: { action: 'conclude', verdict: { outcome: 'superseded', by } } };
  });
}

/** On the branch that the App follows now: the Changes may be of the one before. */
const orderOf = (
  ports: Pick<Ports, 'codeHost'>,
  branch: string,
  { repository, commit, base }: Change,
  latest: Change,
) => orderFacts(ports, { repository, branch, candidate: commit, latest: latest.commit, base });
