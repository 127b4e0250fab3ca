import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from './app.ts';
import { answering, type Files } from './files.ts';
import type { Repository } from './repository.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** An app whose build is a script of the repository. */
const built = (version: string, build: string): Files => ({ ...answering(version), 'build.sh': build });
const byScript = { build: { command: 'sh ./build.sh' } };

async function liveApp(settings: object = {}): Promise<{ repository: Repository; app: App }> {
  const made = await world.anApp(built('v1', 'true'), { ...byScript, ...settings });
  await made.app.untilLive('v1');
  return made;
}

/** A script that goes on for ever unless that file is there; it writes down that it has begun. */
const waitsFor = (file: string) =>
  `echo building; echo $$ >> '${file}.begun'; while ! test -e '${file}'; do sleep 0.1; done`;
const hasBegun = (file: string) =>
  until(`${file} is waited for`, async () => existsSync(`${file}.begun`), Boolean);
const beginnings = (file: string) => readFileSync(`${file}.begun`, 'utf8').trim().split('\n').length;

describe.concurrent('a build', SCENES, () => {
  test('is followed live by the command, and its log is kept', async () => {
    const { repository, app } = await liveApp();
    const file = join(world.dir, 'followed');
    await repository.push(built('v2', `${waitsFor(file)}; echo now done`));
    await hasBegun(file);
    const following = world.cite('logs', app.name, '--build', '-f');
    const early = await world.cite('logs', app.name, '--build');
    expect(early.out).toContain('building');
    expect(early.out).not.toContain('now done');
    writeFileSync(file, '');
    expect((await following).out).toMatch(/building\nnow done\n(.*\n)*image: local\/acme/);
    await app.untilLive('v2');
    expect((await world.cite('logs', app.name, '--build', '--tail', '2')).out).toMatch(/^now done\nimage: /);
    expect((await world.cite('logs', app.name, '--release', 'r2')).out).toContain('this is v2');
  });

  test('that failed is retried when what it needs has been mended', async () => {
    const { repository, app } = await liveApp();
    const file = join(world.dir, 'mended');
    const commit = await repository.push(built('v2', `test -e '${file}' || { echo 'no licence'; exit 5; }`));
    expect(await app.verdict(commit)).toBe(
      'failed: the build failed: the build command failed with exit code 5',
    );
    writeFileSync(file, '');
    const { code, out } = await world.cite('retry', commit);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('tried again') });
    await app.untilLive('v2');
    const changes = await until(
      'both Changes have their verdict',
      () => app.changes(commit),
      (found) => found.length === 2 && found.every(({ state }) => state === 'ended'),
    );
    expect(changes.map(({ verdict }) => verdict?.outcome)).toEqual(['deployed', 'failed']);
  });

  test('of a commit that was built before is not made twice', async () => {
    const file = join(world.dir, 'once');
    const { repository, app } = await liveApp();
    await repository.push(built('v2', `echo x >> '${file}'`));
    await app.untilLive('v2');
    const first = await repository.git('rev-parse', 'HEAD~1');
    await repository.git('reset', '--quiet', '--hard', first);
    await repository.git('push', '--quiet', '--force', 'origin', 'main');
    await app.untilLive('v1');
    await repository.git('reset', '--quiet', '--hard', 'origin/main@{1}');
    await repository.git('push', '--quiet', '--force', 'origin', 'main');
    await app.untilLive('v2');
    expect(readFileSync(file, 'utf8')).toBe('x\n');
  });

  test('that is cancelled ends, and its process with it', async () => {
    const { repository, app } = await liveApp();
    const file = join(world.dir, 'cancelled');
    const commit = await repository.push(built('v2', waitsFor(file)));
    await hasBegun(file);
    expect(await world.cite('cancel', commit)).toMatchObject({ code: 0, err: '' });
    expect(await app.verdict(commit)).toMatch(/^cancelled by \S+@\S+$/);
    const pid = Number(readFileSync(`${file}.begun`, 'utf8'));
    await until(
      'its process is gone',
      async () => existsSync(`/proc/${pid}`),
      (there) => !there,
    );
    expect(await app.visit()).toBe('v1');
    expect((await world.cite('cancel', commit)).err).toContain('has no Change that is under way');
    await repository.push(built('v3', 'true'));
    await app.untilLive('v3');
  });

  test('that another App waits for goes on when one App gives it up', async () => {
    const { repository, app } = await liveApp();
    const other = await world.register(repository, { name: 'other', ...byScript });
    await other.untilLive('v1');
    const file = join(world.dir, 'shared');
    const commit = await repository.push(built('v2', waitsFor(file)));
    await hasBegun(file);
    await other.until(commit, 'building');
    const { id } = await app.until(commit, 'building');
    await world.api('POST', `/api/changes/${encodeURIComponent(id)}/cancel`, { by: 'ann' });
    expect(await app.verdict(commit)).toBe('cancelled by ann');
    writeFileSync(file, '');
    await other.untilLive('v2');
    expect(await app.visit()).toBe('v1');
    expect(beginnings(file)).toBe(1);
  });

  test('that a newer push supersedes is cancelled where the App says so', async () => {
    const { repository, app } = await liveApp({ cancelSupersededBuilds: true });
    const file = join(world.dir, 'superseded');
    const older = await repository.push(built('v2', waitsFor(file)));
    await hasBegun(file);
    const newest = await repository.push(built('v3', 'true'));
    await app.untilLive('v3');
    expect(await app.verdict(older)).toBe(`superseded by ${newest}`);
    expect((await app.releases())[0]).toMatchObject({ number: 2, commit: newest });
    const pid = Number(readFileSync(`${file}.begun`, 'utf8'));
    await until(
      'its process is gone',
      async () => existsSync(`/proc/${pid}`),
      (there) => !there,
    );
  });

  test('that a newer push overtakes is superseded when it is done', async () => {
    const { repository, app } = await liveApp();
    const file = join(world.dir, 'overtaken');
    const older = await repository.push(built('v2', waitsFor(file)));
    await hasBegun(file);
    await repository.push(built('v3', 'true'));
    await app.untilLive('v3');
    expect(await app.changes(older)).toMatchObject([{ state: 'building' }]);
    writeFileSync(file, '');
    expect(await app.verdict(older)).toMatch(/^superseded by /);
    expect(await app.visit()).toBe('v3');
    expect(beginnings(file)).toBe(1);
  });

  test('does not see the credential of the repository', async () => {
    const { githubToken } = JSON.parse(readFileSync(join(world.dir, 'secrets.json'), 'utf8'));
    const { app } = await world.anApp(
      built('v1', 'env; cat ../.git/config .git/config; git config --list; find / -maxdepth 0; true'),
      byScript,
    );
    await app.untilLive('v1');
    const { out } = await world.cite('logs', app.name, '--build');
    expect(out).toContain('PATH=');
    expect(out).not.toContain(githubToken);
    expect(out).not.toContain(Buffer.from(`x-access-token:${githubToken}`).toString('base64'));
    expect(out).not.toContain('extraHeader');
  });

  test('starts what the Procfile says', async () => {
    const { app } = await world.anApp({
      Procfile: 'web: GREETING=hello node serve.js\n',
      'serve.js':
        "require('node:http').createServer((_, response) => response.end(process.env.GREETING)).listen(process.env.PORT);",
    });
    await app.untilLive('hello');
  });

  test('and its pods are followed by the API until the reader goes away', async () => {
    const { app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const reader = new AbortController();
    const url = `http://127.0.0.1:${world.port}/api/apps/${app.address}/logs?follow=true`;
    const answer = await fetch(url, { signal: reader.signal });
    let text = '';
    for await (const part of answer.body ?? []) {
      text += Buffer.from(part).toString();
      if (text.includes('this is v1')) break;
    }
    reader.abort();
    expect(text).toContain('this is v1');
  });

  test('takes the folder that the App names', async () => {
    const { app } = await world.anApp(
      { 'services/web/index.html': 'the web', 'index.html': 'the root' },
      { build: { context: 'services/web' } },
    );
    await app.untilLive('the web');
  });
});
