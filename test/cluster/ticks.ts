import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { Machine } from './machine.ts';

/** What a PingSource sends every five minutes, sent now: nobody waits so long in a test. */
export async function tick(machine: Machine, schedule: 'resync' | 'gc-sweep'): Promise<void> {
  const ip = await machine.kubectl(
    '-n',
    'knative-eventing',
    'get',
    'service',
    'broker-ingress',
    '-o',
    'jsonpath={.spec.clusterIP}',
  );
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': randomUUID(),
    'ce-type': 'dev.knative.sources.ping',
    'ce-source': `/apis/v1/namespaces/cite-system/pingsources/${schedule}`,
  };
  await new Promise<void>((resolve, reject) => {
    request({ host: ip, path: '/cite-system/cite', method: 'POST', headers }, (res) => {
      res.resume();
      if (res.statusCode === 202) resolve();
      else reject(new Error(`the broker answered ${res.statusCode}`));
    })
      .once('error', reject)
      .end();
  });
}
