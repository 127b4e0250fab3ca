import type { Config } from '../../shared/runtime/config.ts';
import type { Ports } from '../../shared/runtime/ports.ts';

/**
 * What the console reaches. `API_TOKEN` is optional for one wiring alone: that of one machine, which binds to
 * loopback. The deployed function does not start without it (index.ts).
 */
export interface Needs
  extends Pick<Ports, 'cluster' | 'store' | 'codeHost' | 'events' | 'clock' | 'newId' | 'log'> {
  readonly config: Pick<Config, 'ALLOWED_REGISTRIES' | 'PLATFORM_NAMESPACE'> & {
    readonly API_TOKEN?: string;
  };
}
