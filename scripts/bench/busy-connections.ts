import { Agent } from 'node:http';
import { visit } from '../local/demo/visitors.ts';

export interface Busy {
  /** How often each release answered. */
  readonly by: Map<string, number>;
  /** What went wrong, one line for each request that was not answered 200. */
  readonly dropped: string[];
  readonly latenciesMs: number[];
}

/** Connections that ask the App again as soon as they are answered: `kept` ones, and `fresh` that are new each time. */
export function busyConnections(options: {
  readonly port: number;
  readonly authority: string;
  readonly kept: number;
  readonly fresh: number;
}): { readonly seen: Busy; end(): Promise<void> } {
  const { port, authority, kept, fresh } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: kept });
  const seen: Busy = { by: new Map(), dropped: [], latenciesMs: [] };
  let here = true;

  const connection = async (own: Agent | undefined) => {
    while (here) {
      const begun = performance.now();
      try {
        const { status, text } = await visit(port, authority, own);
        if (status === 200) seen.by.set(text, (seen.by.get(text) ?? 0) + 1);
        else seen.dropped.push(`${status} ${text}`);
      } catch (err) {
        seen.dropped.push((err as Error).message);
      }
      seen.latenciesMs.push(performance.now() - begun);
    }
  };
  const all = [
    ...Array.from({ length: kept }, () => connection(agent)),
    ...Array.from({ length: fresh }, () => connection(undefined)),
  ];
  return {
    seen,
    async end() {
      here = false;
      await Promise.all(all);
      agent.destroy();
    },
  };
}
