import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from './app.ts';
import { answering } from './files.ts';
import { isAlive } from './machine.ts';
import type { Repository } from './repository.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const untilGone = (app: App) =>
  until(
    `${app.address} is gone`,
    () => app.show(),
    ({ status }) => status === 404,
  );
const hooks = async (repository: Repository) =>
  (await world.github('GET', `/${repository.name}/hooks`)).body as readonly unknown[];

describe.concurrent('an App that is deleted', SCENES, () => {
  test('goes with its pods, and its address answers that it is not there', async () => {
    const { app } = await world.anApp({
      ...answering('v1'),
      'server.js':
        "require('node:http').createServer((_, response) => response.end(String(process.pid))).listen(process.env.PORT);",
    });
    const pid = await until(
      'it answers',
      () => app.visit(),
      (text) => /^\d+$/.test(text),
    );
    expect(await world.cite('apps', 'delete', app.name, '--yes')).toMatchObject({ code: 0, err: '' });
    await untilGone(app);
    await until(
      'its process is gone',
      async () => isAlive(Number(pid)),
      (alive) => !alive,
    );
    expect(await app.visit()).toMatch(/^404 /);
    expect((await world.cite('apps', 'show', app.address)).err).toContain('There is no App');
  });

  test("takes its webhook along, with the repository's last App alone", async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    const other = await world.register(repository, { name: 'other' });
    await Promise.all([app.untilLive('v1'), other.untilLive('v1')]);
    expect(await hooks(repository)).toHaveLength(1);
    await app.remove();
    await untilGone(app);
    expect(await hooks(repository)).toHaveLength(1);
    await repository.push(answering('v2'));
    await other.untilLive('v2');
    await other.remove();
    await untilGone(other);
    expect(await hooks(repository)).toEqual([]);
  });

  test('ends its open Changes as cancelled, and the build of nobody else', async () => {
    const { repository, app } = await world.anApp(
      { ...answering('v1'), 'build.sh': 'true' },
      { build: { command: 'sh ./build.sh' } },
    );
    await app.untilLive('v1');
    const file = join(world.dir, 'deleted');
    const commit = await repository.push({ 'build.sh': `echo $$ > '${file}'; sleep 1000` });
    await until('it is being built', async () => existsSync(file), Boolean);
    await app.remove();
    await untilGone(app);
    const { body } = await world.api('GET', `/api/why/${commit}`);
    expect(body.changes).toMatchObject([{ verdict: { text: 'cancelled by the deletion of its App' } }]);
    const pid = Number(readFileSync(file, 'utf8'));
    await until(
      'the build is gone',
      async () => isAlive(pid),
      (alive) => !alive,
    );
  });

  test('may be registered again under its name, and starts anew', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    await app.remove();
    await untilGone(app);
    await repository.push(answering('v2'));
    const again = await world.register(repository);
    expect(again.name).toBe(app.name);
    await again.untilLive('v2');
    expect((await again.releases()).map(({ name }) => name)).toEqual(['r1']);
  });

  test('takes no more wishes', async () => {
    const { app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    await app.remove();
    const late = await app.wish('hold', { why: 'too late' });
    expect([404, 409]).toContain(late.status);
    await untilGone(app);
  });
});

test('a platform that is closed leaves no process', SCENES, async () => {
  const own = await openWorld();
  const { app } = await own.anApp(answering('v1'), { replicas: 2 });
  await app.untilLive('v1');
  await own.close();
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  expect(processes).not.toContain(own.dir);
});
