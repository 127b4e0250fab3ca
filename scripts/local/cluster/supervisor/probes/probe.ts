import type { Check } from '../../../../../shared/domain/app.ts';
import { execProbe } from './exec.ts';
import { grpcProbe } from './grpc.ts';
import { httpProbe } from './http.ts';
import { tcpProbe } from './tcp.ts';

/** What is probed: the port, and where a command of it runs. */
export interface ProbeTarget {
  readonly port: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One probe: undefined when it succeeded, else what was wrong, as Kubernetes words it. Never throws. */
export async function probe(check: Check, target: ProbeTarget): Promise<string | undefined> {
  const timeoutMs = check.timeoutSeconds * 1000;
  if (check.http) return httpProbe(target.port, check.http.path, timeoutMs);
  if (check.grpc) return grpcProbe(target.port, check.grpc.service, timeoutMs);
  if (check.exec) return execProbe(check.exec.command, target, timeoutMs);
  return tcpProbe(target.port, timeoutMs);
}
