import type { Config, Variable } from './config.ts';
import type { Logger } from './logger.ts';

/** Makes one port from the environment; names the variables that it reads. */
export interface Adapter<T, V extends Variable = Variable> {
  readonly needs: readonly V[];
  connect(context: AdapterContext<V>): T;
}

export interface AdapterContext<V extends Variable = Variable> {
  readonly config: Config<V>;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Name of the function that it is for. */
  readonly name: string;
}

/** Keeps the needed variables in the type of the config that `connect` gets. */
export const adapter = <T, V extends Variable>(
  needs: readonly V[],
  connect: (context: AdapterContext<V>) => T,
): Adapter<T> => ({ needs, connect });
