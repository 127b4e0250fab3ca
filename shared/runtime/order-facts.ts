import { DeniedError, RetryableError } from '../domain/errors.ts';
import type { OrderFacts } from '../domain/order.ts';
import type { Ports } from './ports.ts';

interface Question {
  readonly repository: string;
  readonly branch: string;
  readonly candidate: string;
  readonly latest: string | undefined;
  readonly base?: string | undefined;
  /** A build follows, which clones: a code host that refuses to be asked would refuse that, too. */
  readonly clones?: boolean;
}

/**
 * Asks the code host how a commit stands to the branch's head and to the newest Release. While it does not answer, `base`
 * may stand in for it: a push made on top of the newest Release follows that, unless the branch was forced since.
 */
export async function orderFacts(
  { codeHost }: Pick<Ports, 'codeHost'>,
  question: Question,
): Promise<OrderFacts> {
  const { candidate, latest, base } = question;
  if (latest !== undefined && candidate === latest) return inLine(candidate, latest);
  try {
    return await askHost(codeHost, question);
  } catch (err) {
    const isDown = err instanceof RetryableError && !(question.clones && err instanceof DeniedError);
    if (isDown && latest !== undefined && base === latest) return inLine(candidate, latest);
    throw err;
  }
}

/** The candidate is the head, and follows the newest Release. */
const inLine = (candidate: string, latest: string | undefined): OrderFacts => ({
  candidate,
  latest,
  head: candidate,
  candidateInHead: true,
  latestInHead: true,
  candidateInLatest: false,
  headInCandidate: false,
});

async function askHost(codeHost: Ports['codeHost'], question: Question): Promise<OrderFacts> {
  const { repository, branch, candidate, latest } = question;
  const head = (await codeHost.branchHead(repository, branch))?.sha;
  // Head follows whatever was there before it: only an older commit has to show that it is not older than the latest.
  if (candidate === head) return inLine(candidate, latest);
  const holds = async (descendant: string | undefined, ancestor: string | undefined) => {
    if (descendant === undefined || ancestor === undefined) return false;
    if (descendant === ancestor) return true;
    return (await codeHost.compare(repository, ancestor, descendant)) === 'ahead';
  };
  const candidateInHead = await holds(head, candidate);
  return {
    candidate,
    latest,
    head,
    candidateInHead,
    latestInHead: await holds(head, latest),
    candidateInLatest: await holds(latest, candidate),
    headInCandidate: !candidateInHead && (await holds(candidate, head)),
  };
}
