import { setTimeout as sleep } from 'node:timers/promises';
import { untilIdle } from '../../../test/cluster/platform-pods.ts';
import type { ClusterWorld } from '../../../test/cluster/world.ts';
import type { Figure } from '../figure.ts';
import { containers } from './usage.ts';

/** One round of the schedules (pings.yaml): a sweep, a resync and a look at the standbys. */
const ROUND_SECONDS = 300;
const MIB = 1024 * 1024;

/** What the platform costs while nobody pushes: the pods that its ticks wake, and those that stay. */
export async function idling({ machine }: ClusterWorld): Promise<readonly Figure[]> {
  await untilIdle(machine);
  const phases = ['-n', 'cite-system', 'get', 'pods', '-l', 'serving.knative.dev/service', '-o', 'name'];
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const before = await staying(machine);
  let podSeconds = 0;
  for (let last = elapsed(); last < ROUND_SECONDS; ) {
    await sleep(1000);
    const pods = (await machine.kubectl(...phases)).split('\n').filter((pod) => pod !== '').length;
    const now = elapsed();
    podSeconds += pods * (now - last);
    last = now;
  }
  const after = await staying(machine);
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return [
    {
      what: 'pod-seconds of functions in an idle hour',
      unit: 's',
      ours: (podSeconds / ROUND_SECONDS) * 3600,
    },
    { what: `pods that stay (${after.names})`, unit: '', ours: after.count },
    { what: 'memory of those that stay', unit: 'MiB', ours: after.rssBytes / MIB },
    { what: 'CPU of those that stay', unit: 'm', ours: (cpuSeconds / ROUND_SECONDS) * 1000 },
  ];
}

async function staying(machine: ClusterWorld['machine']) {
  const all = (await containers(machine)).filter(
    ({ namespace, container }) =>
      namespace === 'cite-system' && !/^(user-container|queue-proxy)$/.test(container),
  );
  const sum = (value: (one: (typeof all)[number]) => number) =>
    all.reduce((total, one) => total + value(one), 0);
  return {
    count: all.length,
    names: all.map(({ pod }) => /^apiserversource-([a-z]+)/.exec(pod)?.[1] ?? pod).join(', '),
    rssBytes: sum(({ rssBytes }) => rssBytes),
    cpuSeconds: sum((one) => one.cpuSeconds),
  };
}
