import type { Cluster } from '../ports/cluster.ts';
import type { CodeHost } from '../ports/code-host.ts';
import type { Events } from '../ports/events.ts';
import type { Probe } from '../ports/probe.ts';
import type { Receivers } from '../ports/receivers.ts';
import type { Registry } from '../ports/registry.ts';
import type { SignIn } from '../ports/sign-in.ts';
import type { Store } from '../ports/store.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';

/** All that a function may reach. Each takes a `Pick` of it: what it needs is in its type. */
export interface Ports {
  readonly cluster: Cluster;
  readonly store: Store;
  readonly codeHost: CodeHost;
  readonly events: Events;
  readonly registry: Registry;
  readonly probe: Probe;
  /** Undefined where nobody can sign in. */
  readonly signIn?: SignIn | undefined;
  readonly receivers: Receivers;
  readonly config: Config;
  /** Time, waits and ids come in from outside, so that a simulation can drive the real functions. */
  readonly clock: () => Date;
  /** Milliseconds, inside one request: a longer wait is another event. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly newId: () => string;
  readonly log: Logger;
}
