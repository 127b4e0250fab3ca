import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One GET of an App by its name. The name is a header: not every system resolves names under localhost. */
export function visit(port: number, authority: string, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, headers: { host: authority }, agent: agent ?? false };
    request(options, (res) => {
      res.toArray().then((parts) => {
        resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString().trim() });
      }, reject);
    })
      .once('error', reject)
      .end();
  });
}

export interface Visitors {
  /** Ends the visits; gives how many were answered, by whom, and what went wrong. */
  leave(): Promise<{
    readonly answered: number;
    readonly by: readonly string[];
    readonly failures: readonly string[];
  }>;
}

/** So many busy connections, each with the next request as soon as the last one was answered. */
export function busyVisitors(count: number, port: number, authority: string): Visitors {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const by = new Set<string>();
  const failures: string[] = [];
  let answered = 0;
  let here = true;
  const visits = Array.from({ length: count }, async () => {
    while (here) {
      try {
        const { status, text } = await visit(port, authority, agent);
        if (status === 200) by.add(text);
        else failures.push(`${status} ${text}`);
        answered++;
      } catch (err) {
        failures.push((err as Error).message);
      }
    }
  });
  return {
    async leave() {
      here = false;
      await Promise.all(visits);
      agent.destroy();
      return { answered, by: [...by].sort(), failures };
    },
  };
}
