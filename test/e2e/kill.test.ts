import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change, Release } from './app.ts';
import { answering } from './files.ts';
import { ask, type Machine, startMachine } from './machine.ts';
import { cloneOf } from './repository.ts';
import { until } from './until.ts';

const APP = 'web.acme.localhost';
const KILLS = 6;
/** A push is live within this; the kills fall into it. */
const PUSH_MS = 2500;

let dir: string;
let machine: Machine;
const start = async () => {
  machine = await startMachine('--port', '0', '--data', join(dir, 'data'));
};
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cite-kill-'));
  await start();
});
afterEach(async () => {
  await machine.end('SIGTERM');
  rmSync(dir, { recursive: true, force: true });
});

/** The same numbers from 0 to 1 in every run: Park and Miller's generator. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const get = async (path: string) => JSON.parse((await ask(machine.port, 'localhost', path)).text);
const answers = (version: string) =>
  until(
    `${APP} answers ${version}`,
    () => ask(machine.port, APP).catch((err: Error) => ({ text: err.message })),
    ({ text }) => text === version,
  );

test('killed at any moment of a push, a new start has the newest commit live and a verdict for each', async () => {
  const next = random(20_261);
  const remote = () => `http://localhost:${machine.port}/git/acme/web.git`;
  const repository = await cloneOf('acme/web', remote(), join(dir, 'clone'));
  await repository.push(answering('v0'));
  const registered = { method: 'POST', body: { repository: 'acme/web' } };
  expect(await ask(machine.port, 'localhost', '/api/apps', registered)).toMatchObject({ status: 201 });
  await answers('v0');

  const commits: string[] = [];
  const delays: number[] = [];
  for (let i = 1; i <= KILLS; i++) {
    commits.push(await repository.commit(answering(`v${i}`)));
    delays.push(Math.round(next() * PUSH_MS));
    // Killed in the middle of it, the push fails, and is made again.
    const pushing = repository.git('push', '--quiet', 'origin', 'main').catch(() => 'failed');
    await sleep(delays.at(-1));
    await machine.end('SIGKILL');
    const pushed = await pushing;
    await start();
    await repository.git('remote', 'set-url', 'origin', remote());
    if (pushed === 'failed') await repository.git('push', '--quiet', 'origin', 'main');
    await answers(`v${i}`);
    await until(
      `after kills at ${delays.join(', ')} ms every Change has its verdict`,
      () => get('/api/changes?open=true'),
      ({ changes }) => changes.length === 0,
    );
  }
  for (const commit of commits) {
    const { changes } = await get(`/api/why/${commit}`);
    expect(changes.map(({ verdict }: Change) => verdict?.outcome)).toEqual(['deployed']);
  }
  const { releases } = await get('/api/apps/acme/web/releases');
  expect(releases.map(({ commit }: Release) => commit).slice(0, -1)).toEqual(commits.toReversed());
  expect(releases.map(({ state }: Release) => state === 'live')).toEqual(
    releases.map((_: Release, i: number) => i === 0),
  );
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  const jobs = processes.filter((args) => args.includes('builder/job.ts') && args.includes(dir));
  expect(jobs).toEqual([]);
}, 120_000);
