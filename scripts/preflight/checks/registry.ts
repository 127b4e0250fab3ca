import { type Check, type Finding, missing, ok } from '../finding.ts';

const TIMEOUT_MS = 10_000;

/** An answer of a registry's base address, or why there was none. */
export type Answer = { readonly status: number } | { readonly fault: string };

export function judgeRegistry(host: string, answers: readonly Answer[]): Finding {
  const statuses = answers.flatMap((answer) => ('status' in answer ? [answer.status] : []));
  const nodes = 'every node and the build pods must reach it by the same name';
  // 401 is a registry that asks who we are.
  if (statuses.some((status) => status === 200 || status === 401))
    return ok(`${host} answers from here; ${nodes} too`);
  const why = answers.map((answer) => ('status' in answer ? `it answers ${answer.status}` : answer.fault));
  return missing(
    `${host} does not answer as a registry at /v2/: ${[...new Set(why)].join('; ')}`,
    `name a registry that is up (its host and port, then the path: registry.example.com/cite); ${nodes}.`,
  );
}

async function ask(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status };
  } catch (err) {
    const { message, cause } = err as Error;
    return { fault: cause instanceof Error && cause.message !== '' ? cause.message : message };
  }
}

export const registry: Check = {
  title: 'Registry',
  async look({ registry: named }) {
    if (named === undefined) return undefined;
    const host = named.replace(/^https?:\/\//, '').split('/')[0] ?? '';
    const secure = await ask(`https://${host}/v2/`);
    return judgeRegistry(host, 'status' in secure ? [secure] : [secure, await ask(`http://${host}/v2/`)]);
  },
};
