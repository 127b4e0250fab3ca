import { brokerPort } from '../../shared/adapters/broker/port.ts';
import { githubPort } from '../../shared/adapters/github/port.ts';
import { kubernetesPort } from '../../shared/adapters/kubernetes/port.ts';
import { registryPort } from '../../shared/adapters/oci-registry/port.ts';
import { redisPort } from '../../shared/adapters/redis/port.ts';
import { start } from '../../shared/runtime/start.ts';
import { handle } from './handle.ts';

start(
  'startRelease',
  handle,
  {
    store: redisPort,
    cluster: kubernetesPort,
    codeHost: githubPort,
    registry: registryPort,
    events: brokerPort,
  },
  { PLATFORM_NAMESPACE: true, ALLOWED_REGISTRIES: true },
);
