import type { Api, KubeObject } from '../cluster/api.ts';
import { installed, PLATFORM, SERVING } from './places.ts';
import { finalizersOf, names, untilGone } from './until-gone.ts';

const EVENTING = '/apis/eventing.knative.dev/v1';
const SOURCES = '/apis/sources.knative.dev/v1';

/** In this order nothing wakes a function any more before it goes. */
const kinds = [
  { kind: 'sources of the cluster', group: SOURCES, plural: 'apiserversources' },
  { kind: 'schedules', group: SOURCES, plural: 'pingsources' },
  { kind: 'Triggers', group: EVENTING, plural: 'triggers' },
  { kind: 'functions', group: `${SERVING}/v1`, plural: 'services' },
  { kind: 'Broker', group: EVENTING, plural: 'brokers' },
] as const;

const LIMIT_MS = 120_000;
/** Knative gives a pod the time of a whole request to end, 10 minutes for the console: an open log. A handler may be killed. */
const PATIENCE_MS = 20_000;

/** Ends all that reacts to what happens next: no function sees an App go. */
export async function silence(api: Api, say: (line: string) => void): Promise<void> {
  for (const { kind, group, plural } of kinds) {
    const path = `${group}/namespaces/${PLATFORM}/${plural}`;
    const list = () => api.list(`${path}?${installed}`);
    const found = await list();
    if (found.length === 0) continue;
    say(`removing ${kind}: ${found.map(({ metadata }) => metadata.name).join(', ')}`);
    for (const { metadata } of found) await api.remove(`${path}/${metadata.name}`);
    await untilGone({
      left: list,
      limitMs: LIMIT_MS,
      hangs: (left) =>
        `${names(left)} (${plural}) is not removed: Knative, which has to (${finalizersOf(left)}), does not. See that it runs, then run this again`,
    });
  }
  await endFunctions(api, say);
}

async function endFunctions(api: Api, say: (line: string) => void): Promise<void> {
  const pods = `/api/v1/namespaces/${PLATFORM}/pods`;
  const list = () => api.list(`${pods}?labelSelector=serving.knative.dev%2Fservice`);
  if ((await list()).length === 0) return;
  say('waiting for the pods of the functions to end');
  const patience = Date.now() + PATIENCE_MS;
  await untilGone<KubeObject>({
    left: async () => {
      const there = await list();
      // Its token ends with the Pod object: what is still open there can write nothing any more.
      if (Date.now() > patience)
        for (const { metadata } of there)
          await api.remove(`${pods}/${metadata.name}`, { gracePeriodSeconds: 0 });
      return there;
    },
    limitMs: LIMIT_MS,
    hangs: (left) =>
      `the pods ${names(left)} do not end: see kubectl -n ${PLATFORM} get pods, then run this again`,
  });
}
