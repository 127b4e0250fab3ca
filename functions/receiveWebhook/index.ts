import { brokerPort } from '../../shared/adapters/broker/port.ts';
import { redisPort } from '../../shared/adapters/redis/port.ts';
import { start } from '../../shared/runtime/start.ts';
import { handle } from './handle.ts';

start(
  'receiveWebhook',
  handle,
  { store: redisPort, events: brokerPort },
  { WEBHOOK_SECRET: true, WEBHOOK_SECRET_BEFORE: true },
);
