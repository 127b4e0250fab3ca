import { handle } from '../../functions/receiveWebhook/handle.ts';
import { brokerEvents } from '../../shared/adapters/broker/events.ts';
import { redisStore } from '../../shared/adapters/redis/store.ts';
import { host } from '../../shared/runtime/host.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { sqliteStore } from '../local/store/store.ts';
import { given, serve } from './in-child.ts';

/** receiveWebhook as it is deployed: the framework, a store, an event per webhook, a log line on stdout. */
const { secret, sink, store } = given<{
  secret: string;
  sink: string;
  store: { file: string } | { url: string };
}>();
const clock = () => new Date();
const receive = handle({
  store: 'url' in store ? redisStore({ ...store, clock }) : sqliteStore({ ...store, clock }),
  events: brokerEvents({ url: sink, source: 'receiveWebhook', clock }),
  clock,
  log: logger('receiveWebhook', 'info'),
  config: { WEBHOOK_SECRET: secret, WEBHOOK_SECRET_BEFORE: undefined },
});
await serve(host('receiveWebhook', receive));
