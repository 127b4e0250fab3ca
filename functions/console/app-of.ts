import type { App, AppRef } from '../../shared/domain/app.ts';
import { ConflictError } from '../../shared/domain/errors.ts';
import type { Cluster } from '../../shared/ports/cluster.ts';
import { refusal } from './problem.ts';

/** How often a write that may be repeated is tried when somebody else writes at the same time. */
const ATTEMPTS = 5;

export const refOf = ({ namespace, name }: AppRef): AppRef => ({ namespace, name });
export const addressOf = ({ namespace, name }: AppRef) => `${namespace}/${name}`;

export const noApp = (ref: AppRef) =>
  refusal(404, `There is no App ${addressOf(ref)}. List the Apps to see which there are.`);

export async function requireApp(cluster: Pick<Cluster, 'getApp'>, ref: AppRef): Promise<App> {
  const app = await cluster.getApp(ref);
  if (!app) throw noApp(ref);
  return app;
}

/** For wishes: an App that is going takes none. */
export async function requireLivingApp(cluster: Pick<Cluster, 'getApp'>, ref: AppRef): Promise<App> {
  const app = await requireApp(cluster, ref);
  if (app.deleting) throw refusal(409, `${addressOf(ref)} is being deleted: it takes no more wishes.`);
  return app;
}

/** Reads and writes again when a compare-and-set was lost; the last ConflictError goes to the client. */
export async function again<T>(readAndWrite: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readAndWrite();
    } catch (err) {
      if (!(err instanceof ConflictError) || attempt === ATTEMPTS) throw err;
    }
  }
}

/** A stale automatic switch then fails its test (DESIGN §6). */
export function raiseEpoch(cluster: Pick<Cluster, 'getService' | 'raiseEpoch'>, ref: AppRef) {
  return again(async () => {
    const service = await cluster.getService(ref);
    return service && (await cluster.raiseEpoch(service));
  });
}
