import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RetryableError } from '../../../shared/domain/errors.ts';
import type { Cluster, LogOptions } from '../../../shared/ports/cluster.ts';
import { eventually, newApp, startWorkload } from '../../contract/cluster/world.ts';
import type { ApiServer } from '../../contract/kubernetes/api-server.ts';
import { clusterOf, kubernetesWorld } from '../../contract/kubernetes/world.ts';
import { foreign } from '../http-faults.ts';
import type { Exchange, HttpFault, HttpProxy } from '../http-proxy.ts';

/** Something printed, and the verbs of the port that read it through a proxy. */
export interface Logs {
  /** What came of it while the misfortune befell each request for the log, and what comes without one. */
  read(verb: LogVerb, fault: HttpFault, options: LogOptions): Promise<Read>;
  readWhole(verb: LogVerb): Promise<string>;
  close(): Promise<void>;
}

interface Read {
  readonly text: string;
  /** Undefined: it ended as if all had been read. */
  readonly error: unknown;
}

type LogVerb = 'podLog' | 'buildJobLog';
type Log = (cluster: Cluster, options: LogOptions) => AsyncIterable<string>;

const FIRST = 'the first li';

/** What befalls a log in the middle of a line. */
const inTheMiddle = (name: string, then: (exchange: Exchange) => void): HttpFault => ({
  name,
  isDone: true,
  async befall(exchange) {
    exchange.head({ status: 200, headers: { 'content-type': 'text/plain' } });
    exchange.write(Buffer.from(FIRST));
    await delay(50);
    then(exchange);
  },
});

const breaks = [
  inTheMiddle('a reset', (exchange) => exchange.reset()),
  inTheMiddle('a closed connection', (exchange) => exchange.hangUp()),
];
const silences: readonly (readonly [HttpFault, text: string])[] = [
  [inTheMiddle('silence', () => {}), FIRST],
  [{ name: 'no headers', isDone: false, befall: () => {} }, ''],
];
const verbs = ['podLog', 'buildJobLog'] as const satisfies readonly LogVerb[];

export async function openLogs(
  server: ApiServer,
  throughProxy: () => Promise<{ readonly proxy: HttpProxy; readonly file: string }>,
): Promise<Logs> {
  const world = await kubernetesWorld(server);
  const app = await newApp(() => world);
  await startWorkload(() => world, app, 1, world.goodImage);
  await world.makeReady(app, 1);
  const [pod] = await eventually(() => world.cluster.listPods(app, 1));
  if (!pod) throw new Error('there is no pod');
  const job = await world.buildJob('succeeds');
  await world.cluster.startBuildJob(job);
  await world.finishBuild(job.key, 'succeeds');
  const logs: Record<LogVerb, Log> = {
    podLog: (cluster, options) => cluster.podLog(pod, options),
    buildJobLog: (cluster, options) => cluster.buildJobLog(job.key, options),
  };

  const collect = async (log: AsyncIterable<string>): Promise<Read> => {
    let text = '';
    try {
      for await (const part of log) text += part;
      return { text, error: undefined };
    } catch (error) {
      return { text, error };
    }
  };

  return {
    async read(verb, fault, options) {
      const { proxy, file } = await throughProxy();
      proxy.befall((index) => (proxy.requests[index]?.includes('/log?') ? fault : undefined));
      const came = await collect(logs[verb](clusterOf(file), options));
      proxy.close();
      return came;
    },
    readWhole: async (verb) => (await collect(logs[verb](world.cluster, {}))).text,
    close: () => world.close(),
  };
}

export function brokenLogTests(logs: () => Logs): void {
  const cases = verbs.flatMap((verb) =>
    breaks.flatMap((fault) => [true, false].map((follow) => ({ verb, fault, what: fault.name, follow }))),
  );
  test.for(cases)(
    '$verb, broken by $what, gives what came and says that there was more (followed: $follow)',
    async ({ verb, fault, follow }) => {
      const { text, error } = await logs().read(verb, fault, { follow });
      expect(text).toBe(FIRST);
      expect(error).toBeInstanceOf(RetryableError);
      expect((error as Error).message).toMatch(/^the log ended before its time/);
      expect(await logs().readWhole(verb)).toMatch(/\n$/);
    },
  );
}

const gateways = verbs.flatMap((verb) =>
  foreign.filter(({ name }) => !name.startsWith('200')).map((fault) => ({ verb, fault, what: fault.name })),
);

export function foreignLogTests(logs: () => Logs): void {
  test.for(gateways)('$verb takes $what for no log', async ({ verb, fault }) => {
    const { text, error } = await logs().read(verb, fault, {});
    expect(text).toBe('');
    expect(error).toBeInstanceOf(RetryableError);
  });
}

/** These wait longer than any other answer is waited for. */
export function silentLogTests(logs: () => Logs): void {
  const cases = verbs.flatMap((verb) => silences.map(([fault, text]) => ({ verb, fault, text })));

  test('a log that is read as a whole is given up when it falls silent', async () => {
    await Promise.all(
      cases.map(async ({ verb, fault, text }) => {
        const end = await logs().read(verb, fault, {});
        expect(end.text, verb).toBe(text);
        expect(end.error, verb).toBeInstanceOf(RetryableError);
      }),
    );
  });

  test('a log that is followed may be silent, until its reader goes', async () => {
    await Promise.all(
      cases.map(async ({ verb, fault }) => {
        const reader = new AbortController();
        const reading = logs().read(verb, fault, { follow: true, signal: reader.signal });
        const first = await Promise.race([reading, delay(22_000, 'silent')]);
        expect(first, verb).toBe('silent');
        reader.abort();
        expect((await reading).error, verb).toBeUndefined();
      }),
    );
  });
}
