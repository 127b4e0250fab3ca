import type { Config } from '../../shared/runtime/config.ts';
import type { Ports } from '../../shared/runtime/ports.ts';

export type Needs = Pick<Ports, 'store' | 'cluster' | 'codeHost' | 'events' | 'clock' | 'log'> & {
  readonly config: Config<
    'APP_URL' | 'WEBHOOK_URL' | 'WEBHOOK_SECRET' | 'DEPLOY_BOT' | 'PLATFORM_NAMESPACE' | 'ALLOWED_REGISTRIES'
  >;
};
