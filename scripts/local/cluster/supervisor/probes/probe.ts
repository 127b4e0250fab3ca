import type { Check } from '../../../../../shared/domain/app-spec.ts';
import { execProbe } from './exec.ts';
import { grpcProbe } from './grpc.ts';
import { httpProbe } from './http.ts';
import type { ProbeTarget } from './probe-target.ts';
import { tcpProbe } from './tcp.ts';

/** One probe: undefined when it succeeded, else what was wrong, as Kubernetes words it. Never throws. */
export async function probe(check: Check, target: ProbeTarget): Promise<string | undefined> {
  const timeoutMs = check.timeoutSeconds * 1000;
  if (check.http) return httpProbe(target.port, check.http.path, timeoutMs);
  if (check.grpc) return grpcProbe(target.port, check.grpc.service, timeoutMs);
  if (check.exec) return execProbe(check.exec.command, target, timeoutMs);
  return tcpProbe(target.port, timeoutMs);
}
