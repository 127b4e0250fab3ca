import type { App, AppRef } from '../../../shared/domain/app.ts';
import { again, requireLivingApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { type Preconditions, requireAsSeen } from './preconditions.ts';

interface Redeployment {
  readonly by: string;
  /** The same one again is the same wish: a form that is sent twice makes one release. */
  readonly id?: string | undefined;
}

/** Writes down the wish to run the newest commit anew; a Change of kind redeploy follows from it. */
export async function redeploy(
  { cluster, newId }: Needs,
  ref: AppRef,
  { by, id = newId() }: Redeployment,
  seen: Preconditions = {},
): Promise<{ readonly app: App; readonly id: string }> {
  const app = await again(async () => {
    const read = await requireLivingApp(cluster, ref);
    requireAsSeen(read, seen);
    return isWished(read, id) ? read : cluster.updateApp(read, { redeploy: { id, by } });
  });
  return { app, id };
}

/** The newest release knows its wish, too: a newer spec may have come by way of kubectl. */
const isWished = ({ spec, lastRelease }: App, id: string) =>
  spec.redeploy?.id === id || lastRelease?.redeploy === id;
