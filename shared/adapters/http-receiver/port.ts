import { adapter } from '../../runtime/adapter.ts';
import { httpReceivers } from './receivers.ts';

export const receiversPort = adapter(['NOTIFY_PRIVATE_RANGES'], ({ config }) =>
  httpReceivers({ privateRanges: config.NOTIFY_PRIVATE_RANGES }),
);
