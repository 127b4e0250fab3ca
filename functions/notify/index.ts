import { brokerPort } from '../../shared/adapters/broker/port.ts';
import { githubPort } from '../../shared/adapters/github/port.ts';
import { receiversPort } from '../../shared/adapters/http-receiver/port.ts';
import { kubernetesPort } from '../../shared/adapters/kubernetes/port.ts';
import { redisPort } from '../../shared/adapters/redis/port.ts';
import { start } from '../../shared/runtime/start.ts';
import { handle } from './handle.ts';

start(
  'notify',
  handle,
  {
    store: redisPort,
    cluster: kubernetesPort,
    codeHost: githubPort,
    receivers: receiversPort,
    events: brokerPort,
  },
  { CONSOLE_URL: true },
);
