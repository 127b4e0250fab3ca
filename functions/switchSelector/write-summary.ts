import { isTold, summaryOf } from '../../shared/domain/app-summary.ts';
import type { Needs, Scene } from './scene.ts';

/** What `kubectl get apps` prints, written only where it differs: a write wakes createService. True: it was written. */
export async function writeSummary({ cluster }: Needs, { app, service, workloads }: Scene): Promise<boolean> {
  const facts = { app, live: service.live, workloads };
  const summary = summaryOf(facts);
  if (isTold(facts, summary)) return false;
  await cluster.setAppStatus(app, summary);
  return true;
}
