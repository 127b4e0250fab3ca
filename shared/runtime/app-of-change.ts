import type { App } from '../domain/app.ts';
import type { Change } from '../domain/change.ts';
import type { Ports } from './ports.ts';

/** The App that a Change was opened for; undefined: it is gone, being deleted, or another one has its name now. */
export async function appOfChange(
  { cluster }: Pick<Ports, 'cluster'>,
  change: Pick<Change, 'app'>,
): Promise<App | undefined> {
  const app = await cluster.getApp(change.app);
  return app?.uid === change.app.uid && !app.deleting ? app : undefined;
}
