import type { Store } from '../../ports/store.ts';
import { adapter } from '../../runtime/adapter.ts';
import { redisStore } from './store.ts';

export const redisPort = adapter(
  ['REDIS_URL'],
  ({ config, clock }): Store => redisStore({ url: config.REDIS_URL, clock }),
);
