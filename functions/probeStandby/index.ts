import { probePort } from '../../shared/adapters/http-probe/port.ts';
import { kubernetesPort } from '../../shared/adapters/kubernetes/port.ts';
import { redisPort } from '../../shared/adapters/redis/port.ts';
import { start } from '../../shared/runtime/start.ts';
import { handle } from './handle.ts';

start('probeStandby', handle, { store: redisPort, cluster: kubernetesPort, probe: probePort });
