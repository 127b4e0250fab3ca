import { adapter } from '../../runtime/adapter.ts';
import { brokerEvents } from './events.ts';

export const brokerPort = adapter(['K_SINK'], ({ config, clock, name }) =>
  brokerEvents({ url: config.K_SINK, source: name, clock }),
);
