import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering } from './files.ts';
import { ask } from './machine.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** Every line of the platform's log is one JSON object: nothing that came from outside broke one. */
function logIsWhole(): readonly object[] {
  return readFileSync(join(world.dir, 'cite.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
}

const ESCAPE = '\u001b';

describe.concurrent('what comes from outside', SCENES, () => {
  test('in a branch name stays a name', async () => {
    const repository = await world.aRepository(answering('main'));
    const trap = join(world.dir, 'branch-was-run');
    const branch = `$(touch\${IFS}${trap});"'&|<>\`x\`#--é`.replaceAll('/', '-');
    await repository.git('checkout', '--quiet', '-b', branch);
    const commit = await repository.push(answering('hostile branch'));
    const app = await world.register(repository, { branch });
    expect(app.name).toMatch(/^[a-z][-a-z0-9]{0,39}$/);
    await app.untilLive('hostile branch');
    await repository.push(answering('second'));
    await app.untilLive('second');
    expect(readdirSync(world.dir)).not.toContain('branch-was-run');
    expect((await app.changes(commit))[0]).toMatchObject({ verdict: { outcome: 'deployed' } });
    logIsWhole();
  });

  test("in a commit's message, author and files stays text", async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const title = `${ESCAPE}[2J${ESCAPE}]0;owned\u0007 <script>alert(1)</script> "$(id)" \u202egnp`;
    await repository.git('config', 'user.name', `Eve${ESCAPE}[31m\u202e"; rm -rf`);
    const commit = await repository.push(
      {
        ...answering('v2'),
        '--upload-pack=x': 'a file',
        '$(touch x)': 'another',
        'a\nb': 'a third',
        'public/..%2f..%2fetc': 'a fourth',
      },
      { message: `${title}\nverdict: deployed\r\n{"level":30}` },
    );
    await app.untilLive('v2');
    expect(await app.verdict(commit)).toBe('deployed as r2');
    const [change] = await app.changes(commit);
    expect(change?.title).not.toMatch(/\p{Cc}/u);
    const { out } = await world.cite('why', commit);
    expect(out).toContain('<script>alert(1)</script>');
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect((await world.cite('releases', app.address)).out).not.toContain(ESCAPE);
    const { headers } = await world.api('GET', `/api/why/${commit}`);
    expect(headers.get('content-type')).toContain('application/json');
    logIsWhole();
  });

  test("in an app's own output stays text, for people and browsers", async () => {
    const { repository, app } = await world.anApp({
      ...answering('v1'),
      'server.js': `console.log('${'\\u001b'}[2Jgone <b>bold</b>');\nthrow new Error('${'\\u001b'}[31mred');\n`,
    });
    const commit = await repository.git('rev-parse', 'HEAD');
    expect(await app.verdict(commit)).toMatch(/^failed/);
    const { out } = await world.cite('why', commit);
    expect(out).toContain('gone <b>bold</b>');
    expect(out).not.toContain(ESCAPE);
    const log = await world.api('GET', `/api/apps/${app.address}/logs?release=1`);
    expect(log.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(log.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('as a link that leads out of the repository is no way to the files of others', async () => {
    const { repository, app } = await world.anApp({ 'index.html': 'well' });
    await app.untilLive('well');
    await repository.git('config', 'core.symlinks', 'true');
    symlinkSync('../../../../../../../../etc', join(repository.folder, 'outside'));
    const commit = await repository.push({});
    expect(await app.verdict(commit)).toBe(
      'failed: the build failed: "outside" is a link that leads out of the repository',
    );
    expect(await app.visit()).toBe('well');
    for (const path of [
      '/../../../secrets.json',
      '/..%2f..%2f..%2fsecrets.json',
      '/%2e%2e/secrets.json',
      '/server.ts',
    ])
      expect(await app.visit(path)).toMatch(/^404 /);
  });

  test.each([
    ['/git/../secrets.json'],
    ['/git/acme/..%2f..%2fsecrets.json'],
    ['/git/%2e%2e/%2e%2e/secrets.json'],
    ['/git/acme/shop1.git/../../../secrets.json'],
    ['/api/changes/..%2f..%2fsecrets'],
    ['/api/apps/..%2f..%2f/x'],
    ['/api/apps/%00/x'],
    ['/%ff%fe'],
  ])('as the path %s leads nowhere', async (path) => {
    const { status, text } = await ask(world.port, 'localhost', path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(text).not.toContain(world.webhookSecret);
  });

  test('under a name that is not ours is refused, and a page of another origin too', async () => {
    expect(await ask(world.port, 'evil.example', '/api/apps')).toMatchObject({ status: 421 });
    expect(await ask(world.port, 'no-such-app.acme.localhost')).toMatchObject({ status: 404 });
    const foreign = await fetch(`http://127.0.0.1:${world.port}/api/sweep`, {
      method: 'POST',
      headers: { origin: 'http://evil.example', 'content-type': 'application/json' },
      body: '{}',
    });
    expect(foreign.status).toBe(403);
  });

  test('as words of a person stays on one line', async () => {
    const { app } = await world.anApp(answering('v1'));
    const held = await app.wish('hold', { by: 'eve\nadmin', why: 'x' });
    expect(held).toMatchObject({ status: 422 });
    expect((await app.wish('hold', { why: 'line one\r\nSet-Cookie: a=b' })).status).toBe(422);
    expect((await app.wish('hold', { why: 'a <b>"fair"</b>' })).status).toBe(200);
    const { body } = await until(
      'it is shown as it was given',
      () => app.show(),
      ({ body }) => body.hold !== undefined,
    );
    expect(body.hold.why).toBe('a <b>"fair"</b>');
  });

  test('as an environment reaches the app alone, byte by byte', async () => {
    const value = `$(touch ${join(world.dir, 'env-was-run')})\n'"\\ é \u202e;`;
    const { app } = await world.anApp(answering('v1'), { env: { VALUE: value } });
    await app.untilLive('v1');
    expect(await app.visit('/env/VALUE')).toBe(value.trim());
    expect(existsSync(join(world.dir, 'env-was-run'))).toBe(false);
    expect(await app.visit('/env/GITHUB_TOKEN')).toBe('undefined');
    expect(await app.visit('/env/WEBHOOK_SECRET')).toBe('undefined');
  });
});

test('afterwards the log is whole and nothing is a dead letter', SCENES, async () => {
  expect(logIsWhole().length).toBeGreaterThan(10);
  expect((await world.api('GET', '/api/status')).body.deadLetters).toEqual([]);
});
