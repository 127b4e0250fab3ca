import { brokerPort } from '../../shared/adapters/broker/port.ts';
import { githubPort, githubSignInPort } from '../../shared/adapters/github/port.ts';
import { kubernetesPort } from '../../shared/adapters/kubernetes/port.ts';
import { redisPort } from '../../shared/adapters/redis/port.ts';
import { start } from '../../shared/runtime/start.ts';
import { handle } from './handle.ts';

// With API_TOKEN named here the process does not start without one: the API is never open by mistake.
start(
  'console',
  handle,
  {
    store: redisPort,
    cluster: kubernetesPort,
    codeHost: githubPort,
    events: brokerPort,
    signIn: githubSignInPort,
  },
  {
    API_TOKEN: true,
    CONSOLE_URL: true,
    ADMINS: true,
    REPOSITORY_OWNERS: true,
    ALLOWED_REGISTRIES: true,
    PLATFORM_NAMESPACE: true,
    WEBHOOK_URL: true,
  },
);
