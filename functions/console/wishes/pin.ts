import type { AppRef } from '../../../shared/domain/app.ts';
import { addressOf, again, requireLivingApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { refusal } from '../problem.ts';

/** Asks the sweep to leave a release alone; null takes that back. */
export async function pin(
  { cluster }: Needs,
  ref: AppRef,
  release: number,
  by: string | null,
): Promise<void> {
  await requireLivingApp(cluster, ref);
  await again(async () => {
    const workload = await cluster.getWorkload(ref, release);
    if (!workload) {
      const detail = `There is no r${release} of ${addressOf(ref)}. List the releases to see which there are.`;
      throw refusal(404, detail);
    }
    await cluster.updateWorkload(workload, { pinnedBy: by });
  });
}
