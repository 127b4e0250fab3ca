import { brokerPort } from '../../shared/adapters/broker/port.ts';
import { githubPort } from '../../shared/adapters/github/port.ts';
import { kubernetesPort } from '../../shared/adapters/kubernetes/port.ts';
import { redisPort } from '../../shared/adapters/redis/port.ts';
import { start } from '../../shared/runtime/start.ts';
import { handle } from './handle.ts';

start(
  'resync',
  handle,
  {
    store: redisPort,
    cluster: kubernetesPort,
    codeHost: githubPort,
    events: brokerPort,
  },
  { WEBHOOK_URL: true },
);
