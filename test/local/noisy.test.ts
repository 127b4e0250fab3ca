import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { podFolder } from '../../scripts/local/cluster/folders.ts';
import { answering } from './apps.ts';
import { eventually, podWorlds } from './pod-world.ts';

const world = podWorlds();
const MEGABYTE = 1024 * 1024;

const noisy = `
  require('node:child_process').spawn('yes', ['far too much to say'], { stdio: ['ignore', 'inherit', 'inherit'] });
  ${answering('still here')}
`;

test('an app that prints without end is served, and keeps ten megabytes of what it says', async () => {
  await world().machine.start();
  await world().deploy(noisy);
  await world().ready();
  const [endpoint] = await world().select(1);
  const log = join(podFolder(world().dir, 'acme', (await world().pod()).name), 'log');
  const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const inodes = new Set<number>();
  await eventually(async () => {
    expect(size(log)).toBeLessThanOrEqual(5.25 * MEGABYTE);
    expect(size(`${log}.1`)).toBeLessThanOrEqual(5.25 * MEGABYTE);
    if (existsSync(`${log}.1`)) inodes.add(statSync(`${log}.1`).mtimeMs);
    expect(inodes.size).toBeGreaterThan(3);
  });
  expect(await (await fetch(`http://127.0.0.1:${endpoint?.port}`)).text()).toBe('still here');
  let text = '';
  for await (const part of world().cluster.podLog(await world().pod(), { tail: 2 })) text += part;
  expect(text).toContain('far too much to say\n');
});

test('an app that takes its log away goes on, and so does the platform', async () => {
  const log = 'require("node:path").join(process.cwd(), "..", "log")';
  await world().machine.start();
  await world().deploy(`
    const fs = require('node:fs');
    console.log('before');
    setTimeout(() => {
      fs.rmSync(${log}, { force: true });
      fs.mkdirSync(${log} + '.1/in the way', { recursive: true });
      setInterval(() => console.log('x'.repeat(100000)), 5);
    }, 100);
    ${answering('still here')}
  `);
  await world().ready();
  const [endpoint] = await world().select(1);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await (await fetch(`http://127.0.0.1:${endpoint?.port}`)).text()).toBe('still here');
  expect(await world().pod()).toMatchObject({ ready: true, restarts: 0 });
});
