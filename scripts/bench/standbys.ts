import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { httpProbe } from '../../shared/adapters/http-probe/probe.ts';
import type { Address } from '../../shared/domain/workload.ts';
import { startChild } from './child.ts';
import type { Bench, Figure } from './figure.ts';
import type { Usage } from './in-child.ts';
import { seed, seeded } from './standbys-seed.ts';
import { median } from './statistics.ts';

const ROUNDS = 3;
/** See sweep.ts: what V8 has in the container of 256 MiB. */
const CONTAINED = ['--max-semi-space-size=2'];
const readiness = { http: { path: '/health' }, timeoutSeconds: 2 };

export const standbys: Bench = {
  name: 'standbys',
  title: `probeStandby over ${seeded.standbys.toLocaleString('en')} standbys; against as many requests one after the other`,
  async measure() {
    const dir = mkdtempSync(join(tmpdir(), 'cite-bench-'));
    let answers = true;
    const app = createServer((_request, response) => void (answers && response.end())).listen(0, '127.0.0.1');
    await once(app, 'listening');
    const { port } = app.address() as AddressInfo;
    const address = { host: '127.0.0.1', port, authority: `127.0.0.1:${port}` };
    await seed(dir, address);
    const fn = await startChild<{ url: string }, 'usage', Usage>('./standbys-process.ts', { dir }, CONTAINED);
    try {
      const first = await tick(fn.ready.url);
      const next: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        bare.push(await requests(address));
        next.push(await tick(fn.ready.url));
      }
      answers = false;
      const silent = await tick(fn.ready.url);
      const baseline = { what: '(the requests alone)', value: median(bare) };
      const { peakMiB } = await fn.ask('usage');
      const figure = (what: string, ours: number, atMost: number): Figure => ({
        what,
        unit: 'ms',
        ours,
        baseline,
        goal: { of: 'ours', atMost },
      });
      return [
        figure('first tick: all answer, all is written', first, 10_000),
        figure('next tick: all answer', median(next), 10_000),
        // The broker gives a function a minute.
        figure('a tick where none answers', silent, 50_000),
        // Of the 256 MiB that its manifest gives, some 30 of them Node's reader of TypeScript.
        { what: 'peak RSS', unit: 'MiB', ours: peakMiB, goal: { of: 'ours', atMost: 200 } },
      ];
    } finally {
      await fn.stop();
      app.close();
      app.closeAllConnections();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const tick = (url: string) =>
  timed(async () => {
    const type = 'dev.knative.sources.ping';
    const headers = { 'ce-specversion': '1.0', 'ce-id': 'bench', 'ce-source': '/bench', 'ce-type': type };
    const { status } = await fetch(url, { method: 'POST', headers });
    if (status !== 204) throw new Error(`the function answered ${status}`);
  });

const requests = (address: Address) =>
  timed(async () => {
    for (let i = 0; i < seeded.standbys; i++) await httpProbe.fault(address, readiness);
  });
