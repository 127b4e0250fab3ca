import { adapter } from '../../runtime/adapter.ts';
import { brokerEvents } from './events.ts';

export const brokerPort = adapter(['BROKER_URL'], ({ config, clock, name }) =>
  brokerEvents({ url: config.BROKER_URL, source: name, clock }),
);
