import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  appRepository,
  ask,
  type Clone,
  isAlive,
  type Machine,
  runToEnd,
  startMachine,
  until,
} from './machine.ts';

const APP = 'web.acme.localhost';
let dir: string;
let data: string;
const machines: Machine[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cite-start-'));
  data = join(dir, 'data');
});
afterEach(async () => {
  const begun = machines.splice(0);
  for (const { child, end } of begun)
    if (child.exitCode === null && child.signalCode === null) await end('SIGTERM');
  // A new start is what ends the pods of one that was killed.
  if (begun.at(-1)?.child.signalCode === 'SIGKILL') {
    const last = await startMachine('--port', '0', '--data', data);
    await last.end('SIGTERM');
  }
  rmSync(dir, { recursive: true, force: true });
});

const start = async (...args: string[]) => {
  const machine = await startMachine('--port', '0', '--data', data, ...args);
  machines.push(machine);
  return machine;
};
const clone = ({ port }: Machine, name = 'clone'): Promise<Clone> =>
  appRepository(join(dir, name), `http://localhost:${port}/git/acme/web.git`);
const register = ({ port }: Machine) =>
  ask(port, 'localhost', '/api/apps', { method: 'POST', body: { repository: 'acme/web' } });
/** Waits until that version answers; gives the pid that it runs as. */
const answers = async ({ port }: Machine, version: string) => {
  const { text } = await until(
    () => ask(port, APP),
    ({ text }) => text.startsWith(`${version} `),
  );
  return Number(text.split(' ')[1]);
};
/** Processes of functions that the log tells of. */
const functionPids = () =>
  readFileSync(join(data, 'cite.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { function?: string; pid?: number; msg: string })
    .flatMap(({ msg, pid }) => (msg === 'started' && pid !== undefined ? [pid] : []));

describe('npm start', () => {
  test('says where it runs, takes a push live, and Ctrl-C leaves nothing of it', async () => {
    const machine = await start();
    expect(machine.output()).toContain(`http://localhost:${machine.port}/git/<owner>/<repository>.git`);
    await (await clone(machine)).push('v1');
    expect(await register(machine)).toMatchObject({ status: 201 });
    const pid = await answers(machine, 'v1');
    expect(isAlive(pid)).toBe(true);
    expect(await machine.end('SIGINT')).toBe(0);
    expect(isAlive(pid)).toBe(false);
    await expect(ask(machine.port, 'localhost')).rejects.toThrow('ECONNREFUSED');
  });

  test('started again, it takes up what it left', async () => {
    const first = await start();
    await (await clone(first)).push('v1');
    await register(first);
    await answers(first, 'v1');
    await first.end('SIGTERM');
    const second = await start();
    await answers(second, 'v1');
    const again = await clone(second, 'other');
    await expect(again.push('v2')).rejects.toThrow('rejected');
  });

  test('after kill -9 a new start ends what was left and goes on with what was under way', async () => {
    const first = await start();
    const repository = await clone(first);
    await repository.push('v1');
    await register(first);
    const pid = await answers(first, 'v1');
    const commit = await repository.push('v2');
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    const second = await start();
    const later = await answers(second, 'v2');
    expect(later).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
    const why = await ask(second.port, 'localhost', `/api/why/${commit}`);
    expect(JSON.parse(why.text).changes).toHaveLength(1);
  });

  test('a second start on the same folder is refused, and the first one goes on', async () => {
    const machine = await start();
    const second = await runToEnd('--port', '0', '--data', data);
    expect(second.code).toBe(1);
    expect(second.output).toContain(`process ${machine.child.pid} runs Cite on it`);
    expect(second.output).toContain('--data');
    expect(await ask(machine.port, 'localhost', '/api/apps')).toMatchObject({ status: 200 });
  });

  test('a folder whose holder was killed is free', async () => {
    const machine = await start();
    await machine.end('SIGKILL');
    const next = await start();
    expect(await ask(next.port, 'localhost', '/api/apps')).toMatchObject({ status: 200 });
  });

  test('a taken port is told with its remedy, and nothing is left behind', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const refused = await runToEnd('--port', String(port), '--data', data);
    other.close();
    expect(refused.code).toBe(1);
    expect(refused.output).toBe(
      `port ${port} is taken by another program: choose another one with --port <number>\n`,
    );
  });

  test.each([
    [['--port', 'http'], '--port must be a number'],
    [['--port', '70000'], '--port must be a number'],
    [['--prot', '80'], "Unknown option '--prot'"],
  ])('%j is refused with what may be said instead', async (args, message) => {
    const refused = await runToEnd(...args);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(message);
    expect(refused.output).toContain('--data <folder>');
  });
});

describe('npm start -- --isolate', () => {
  test('takes a push live with every function in a process of its own, which ends when it is idle', async () => {
    const machine = await start('--isolate');
    await (await clone(machine)).push('v1');
    await register(machine);
    const pid = await answers(machine, 'v1');
    const pids = functionPids();
    expect(new Set(pids).size).toBeGreaterThan(5);
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 60_000, interval: 200 });
    // Asleep, it wakes up again.
    expect(await ask(machine.port, 'localhost', '/api/apps')).toMatchObject({ status: 200 });
    expect(await machine.end('SIGINT')).toBe(0);
    expect([pid, ...functionPids()].filter(isAlive)).toEqual([]);
  }, 120_000);

  test('a platform that is killed takes its functions along', async () => {
    const machine = await start('--isolate');
    await ask(machine.port, 'localhost', '/api/apps');
    const pids = functionPids();
    expect(pids.some(isAlive)).toBe(true);
    await machine.end('SIGKILL');
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 10_000 });
  });
});

test('npm start -- --demo plays the main path, and every step holds', async () => {
  const demo = await runToEnd('--demo');
  expect(demo.output).toContain('Every step held.');
  expect(demo.code).toBe(0);
}, 90_000);
