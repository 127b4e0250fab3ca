import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Records } from '../../scripts/local/cluster/records/records.ts';
import { lockFolder } from '../../scripts/local/lock.ts';
import { answering, withChild } from './apps.ts';
import { clock, eventually, podWorlds } from './pod-world.ts';
import { isAlive } from './world.ts';

const world = podWorlds();

test('closing ends every process, children of pods too', async () => {
  const file = join(world().dir, 'child');
  await world().machine.start();
  await world().deploy(withChild(file));
  await world().ready();
  const pids = await eventually(() => {
    const found = world().pids();
    expect(found).toHaveLength(1);
    return found;
  });
  pids.push(Number(readFileSync(file, 'utf8')));
  expect(pids.every(isAlive)).toBe(true);
  await world().machine.close();
  expect(pids.filter(isAlive)).toEqual([]);
});

test('after a kill -9 of the platform a new start ends what was left and runs what is wanted', async () => {
  const file = join(world().dir, 'child');
  await world().deploy(withChild(file), { replicas: 2 });
  const platform = await world().startElsewhere();
  const before = await world().ready(1, 2);
  const left = await eventually(() => {
    const found = world().pids();
    expect(found).toHaveLength(2);
    return found;
  });
  left.push(Number(readFileSync(file, 'utf8')));
  const ended = once(platform, 'exit');
  platform.kill('SIGKILL');
  await ended;
  expect(left.every(isAlive)).toBe(true);

  await world().machine.start();
  expect(left.filter(isAlive)).toEqual([]);
  const after = await world().ready(1, 2);
  const names = before.map(({ name }) => name);
  expect(after.filter(({ name }) => names.includes(name))).toEqual([]);
  await eventually(async () => expect(await world().workload()).toMatchObject({ available: 2 }));
});

test('a second platform on the same folder is refused, until the first is gone, however it went', async () => {
  const platform = await world().startElsewhere();
  const { dir } = world();
  expect(() => lockFolder(dir)).toThrow(`process ${platform.pid} runs Cite on it`);
  const ended = once(platform, 'exit');
  platform.kill('SIGKILL');
  await ended;
  lockFolder(dir)();
});

test('once everything is as wanted nothing is written any more', async () => {
  await world().machine.start();
  await world().deploy(answering('calm'));
  await world().ready();
  await world().select(1);
  await eventually(async () => expect(await world().workload()).toMatchObject({ progress: 'complete' }));
  const records = new Records(world().dir, clock);
  const count = () => Number(records.database.prepare('select count(*) as n from changes').get()?.n);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const before = count();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(count()).toBe(before);
  records.close();
});
