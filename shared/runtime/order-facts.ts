import type { OrderFacts } from '../domain/order.ts';
import type { Ports } from './ports.ts';

/**
 * Asks the code host how a commit stands to the branch's head and to the newest Release. `base` spares the questions in
 * the usual case: a push made on top of the newest Release follows it, whatever the code host says, and whether it
 * answers at all.
 */
export async function orderFacts(
  { codeHost }: Pick<Ports, 'codeHost'>,
  of: {
    repository: string;
    branch: string;
    candidate: string;
    latest: string | undefined;
    base?: string | undefined;
  },
): Promise<OrderFacts> {
  const { repository, candidate, latest } = of;
  if (latest !== undefined && (of.base === latest || candidate === latest)) {
    const head = candidate;
    return { candidate, latest, head, candidateInHead: true, latestInHead: true, candidateInLatest: false };
  }
  const head = (await codeHost.branchHead(repository, of.branch))?.sha;
  const holds = async (descendant: string | undefined, ancestor: string | undefined) => {
    if (descendant === undefined || ancestor === undefined) return false;
    if (descendant === ancestor) return true;
    return (await codeHost.compare(repository, ancestor, descendant)) === 'ahead';
  };
  const candidateInHead = await holds(head, candidate);
  // Head follows whatever was there before it: only an older commit has to show that it is not older than the latest.
  if (candidate === head)
    return { candidate, latest, head, candidateInHead, latestInHead: true, candidateInLatest: false };
  return {
    candidate,
    latest,
    head,
    candidateInHead,
    latestInHead: await holds(head, latest),
    candidateInLatest: await holds(latest, candidate),
  };
}
