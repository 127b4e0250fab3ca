import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter } from './adapter.ts';
import { type Config, ConfigError, readConfig, type Variable } from './config.ts';
import { type Hosted, host } from './host.ts';
import { logger } from './logger.ts';
import type { Ports } from './ports.ts';

/** What any function takes: some of the ports, and of the configuration the part that it names. */
type SomePorts = Partial<Omit<Ports, 'config'>> & { readonly config?: Partial<Config> };
/** Every variable that the function takes, and no other: a list that the compiler compares with the function's own. */
type Variables<P> = P extends { readonly config: infer C }
  ? [variables: Readonly<Record<keyof C & Variable, true>>]
  : [variables?: undefined];
type Connections =
  | 'cluster'
  | 'store'
  | 'codeHost'
  | 'events'
  | 'registry'
  | 'probe'
  | 'receivers'
  | 'signIn';
type Adapters<P> = {
  readonly [K in keyof P & Connections]: K extends keyof Ports ? Adapter<Ports[K]> : never;
};

/**
 * Runs one function as its own process: reads the environment, connects its ports, serves until SIGTERM and then lets
 * requests in flight finish. The only import-time effect of a deployed function.
 */
export function start<P extends SomePorts>(
  name: string,
  fn: (ports: P) => Hosted,
  adapters: Adapters<P>,
  ...[variables]: Variables<P>
): void {
  const connections = Object.entries(adapters) as [Connections, Adapter<unknown>][];
  const config = configOrExit([
    ...(Object.keys(variables ?? {}) as Variable[]),
    'LOG_LEVEL',
    'PORT',
    ...connections.flatMap(([, adapter]) => adapter.needs),
  ]);
  const log = logger(name, config.LOG_LEVEL);
  const clock = () => new Date();
  const ports = Object.fromEntries(
    connections.map(([port, adapter]) => [port, adapter.connect({ config, clock, log, name })]),
  );
  const server = host(name, fn({ ...ports, config, clock, sleep, newId: randomUUID, log } as unknown as P));
  server.listen(config.PORT, () => log.info({ address: server.address() }, 'listening'));
  process.once('SIGTERM', () => server.close(() => process.exit(0)));
}

function configOrExit(names: readonly Variable[]): Config {
  try {
    return readConfig(process.env, names) as Config;
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err;
    process.stderr.write(`${err.message}\n`);
    return process.exit(1);
  }
}
