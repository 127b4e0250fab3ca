import type { Api, KubeObject } from '../cluster/api.ts';
import { type AppObject, appName, appPath, listApps } from './app-object.ts';
import { PLATFORM, SERVING } from './places.ts';
import { unregister } from './unregister.ts';
import { untilGone } from './until-gone.ts';

interface KnativeService extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

const findCleaner = (api: Api) =>
  api.find<KnativeService>(`${SERVING}/v1/namespaces/${PLATFORM}/services/create-service`);

/** Deletes every App as a person would: the platform, which still runs, removes what it made, the webhooks too. */
export async function deleteApps(api: Api, limitMs: number, say: (line: string) => void): Promise<void> {
  const apps = await listApps(api);
  if (apps.length === 0) return;
  if (!(await findCleaner(api))) {
    say('the platform is gone: webhooks and collaborators at the code host stay; remove them there');
    return unregister(api, 'Background', say);
  }
  say(`deleting ${apps.map(appName).join(', ')}; the platform removes what it made for them`);
  for (const app of apps) await api.remove(appPath(app));
  await untilGone({
    left: () => listApps(api),
    limitMs,
    hangs: async (left) => `${left.map(why).join('; ')}. ${await cleanerState(api)}`,
  });
}

function why(app: AppObject): string {
  const faults = (app.status?.conditions ?? []).filter(({ status }) => status !== 'True');
  const words = faults.map(({ type, message }) => `${type}: ${message}`).join(', ');
  const waits = (app.metadata.finalizers ?? []).join(', ');
  return `the App ${appName(app)} hangs, it waits for ${waits}${words === '' ? '' : ` (${words})`}`;
}

async function cleanerState(api: Api): Promise<string> {
  const ready = (await findCleaner(api))?.status?.conditions?.find(({ type }) => type === 'Ready');
  const state =
    ready?.status === 'True' ? 'is ready' : `is not ready: ${ready?.message ?? 'its state is unknown'}`;
  return `The function create-service, which has to, ${state}. See kubectl -n ${PLATFORM} logs -l serving.knative.dev/service=create-service -c user-container, and run this again; nothing of the platform was removed`;
}
