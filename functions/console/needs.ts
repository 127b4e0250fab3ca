import type { Config } from '../../shared/runtime/config.ts';
import type { Ports } from '../../shared/runtime/ports.ts';

/**
 * What the console reaches. `API_TOKEN` and what goes with signing in are optional for one wiring alone: that of one
 * machine, which binds to loopback. The deployed function does not start without a token (index.ts).
 */
export interface Needs
  extends Pick<Ports, 'cluster' | 'store' | 'codeHost' | 'events' | 'signIn' | 'clock' | 'newId' | 'log'> {
  readonly config: Pick<Config, 'ALLOWED_REGISTRIES' | 'PLATFORM_NAMESPACE' | 'WEBHOOK_URL'> &
    Partial<Pick<Config, 'API_TOKEN' | 'CONSOLE_URL' | 'ADMINS' | 'REPOSITORY_OWNERS'>>;
}
