import type { App, AppRef } from '../../../shared/domain/app.ts';
import { again, requireLivingApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';

/** Writes down the wish to run the newest commit anew; a Change of kind redeploy follows from it. */
export async function redeploy(
  { cluster, newId }: Needs,
  ref: AppRef,
  by: string,
): Promise<{ readonly app: App; readonly id: string }> {
  const wish = { id: newId(), by };
  const app = await again(async () => {
    const read = await requireLivingApp(cluster, ref);
    return cluster.updateApp(read, { redeploy: wish });
  });
  return { app, id: wish.id };
}
