import { FINALIZER } from '../../shared/domain/app.ts';
import { type Api, Refusal } from '../cluster/api.ts';
import { type AppObject, appName, appPath, listApps } from './app-object.ts';
import { disown } from './disown.ts';
import { finalizersOf, names, untilGone } from './until-gone.ts';

const LIMIT_MS = 120_000;

/**
 * Apps go without the platform's doing. `Orphan`: what was made for them stays, owned by nobody. `Background`: it goes
 * with them.
 */
export async function unregister(
  api: Api,
  propagationPolicy: 'Orphan' | 'Background',
  say: (line: string) => void,
): Promise<void> {
  const said = new Set<string>();
  /** Somebody deleted them before: what runs them goes too, as was wished. */
  const going = new Set<string | undefined>();
  await untilGone<AppObject>({
    left: async () => {
      const apps = await listApps(api);
      for (const { metadata } of apps.filter(isDeleted)) going.add(metadata.uid);
      if (propagationPolicy === 'Orphan') await disown(api, going);
      for (const app of apps) {
        const name = appName(app);
        if (!said.has(name)) say(`unregistering ${name}${isDeleted(app) ? ', which was being deleted' : ''}`);
        said.add(name);
        await release(api, app, propagationPolicy);
      }
      return apps;
    },
    limitMs: LIMIT_MS,
    hangs: (left) =>
      `the Apps ${names(left)} are not removed: they wait for ${finalizersOf(left) || 'the API server'}. Remove what is not Cite's there with kubectl edit app, then run this again`,
  });
}

/** By somebody who expects what runs it to go: an App that is unregistered here has lost the finalizer before. */
const isDeleted = ({ metadata }: AppObject) =>
  metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FINALIZER) === true;

async function release(api: Api, app: AppObject, propagationPolicy: string): Promise<void> {
  const { resourceVersion, finalizers = [], deletionTimestamp } = app.metadata;
  const others = finalizers.filter((name) => name !== FINALIZER);
  try {
    if (others.length < finalizers.length)
      await api.patch(appPath(app), { metadata: { resourceVersion, finalizers: others } });
    if (!deletionTimestamp) await api.remove(appPath(app), { propagationPolicy });
  } catch (err) {
    // Somebody wrote it in between: the next look sees how.
    if (!(err instanceof Refusal && err.code === 409)) throw err;
  }
}
