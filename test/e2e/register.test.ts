import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, site } from './files.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe.concurrent('an App that is registered', SCENES, () => {
  test('has the head of its branch live at once, and every push after it', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const second = await repository.push(answering('v2'));
    await app.untilLive('v2');
    expect(await app.verdict(second)).toBe('deployed as r2');
    expect((await app.releases()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'r2 live',
      'r1 standby',
    ]);
  });

  test('may be a static site', async () => {
    const { repository, app } = await world.anApp(site('one page'));
    await app.untilLive('one page');
    await repository.push(site('another page'));
    await app.untilLive('another page');
  });

  test('is named for its repository, and for its whole branch with a hash where that loses something', async () => {
    const repository = await world.aRepository(answering('main'));
    await repository.git('checkout', '--quiet', '-b', 'feature/x');
    await repository.push(answering('slashes'));
    await repository.git('checkout', '--quiet', '-b', 'feature-x');
    await repository.push(answering('dashes'));
    const [, repo] = repository.name.split('/');
    const main = await world.register(repository);
    const slashes = await world.register(repository, { branch: 'feature/x' });
    const dashes = await world.register(repository, { branch: 'feature-x' });
    expect([main.name, dashes.name]).toEqual([repo, `${repo}-feature-x`]);
    expect(slashes.name).toMatch(new RegExp(`^${repo}-feature-x-[0-9a-f]{6}$`));
    await Promise.all([main.untilLive('main'), slashes.untilLive('slashes'), dashes.untilLive('dashes')]);
    await repository.git('checkout', '--quiet', 'feature/x');
    await repository.push(answering('slashes 2'));
    await slashes.untilLive('slashes 2');
    expect(await dashes.visit()).toBe('dashes');
  });

  test('by the command has the settings that were given', async () => {
    const { name } = await world.aRepository(answering('v1'));
    const run = await world.cite(
      'apps',
      'create',
      name,
      '--name',
      'by-command',
      '--env',
      'A=1',
      '--replicas',
      '2',
    );
    expect(run).toMatchObject({ code: 0, err: '' });
    const { body } = await world.api('GET', '/api/apps/acme/by-command');
    expect(body.spec).toMatchObject({ repository: name, branch: 'main', env: { A: '1' }, replicas: 2 });
    const shown = await until(
      'both pods are live',
      () => world.cite('apps', 'show', 'by-command'),
      ({ out }) => /live, 2 of 2 pods ready/.test(out),
    );
    expect(shown.out).toContain('url');
    const listed = await world.cite('apps', 'list');
    expect(listed.out).toContain(`http://by-command.acme.localhost:${world.port}`);
  });

  test('has a signed webhook, and conditions that say that it may be deployed', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const { body: hooks } = await world.github('GET', `/${repository.name}/hooks`);
    expect(hooks).toMatchObject([
      {
        active: true,
        events: ['push', 'create', 'delete', 'status'],
        config: { content_type: 'json', secret: '********' },
      },
    ]);
    const { conditions } = (await app.show()).body;
    expect(
      conditions.map((one: { type: string; status: string }) => `${one.type} ${one.status}`).sort(),
    ).toEqual(['Accepted True', 'RouteReady True', 'ServiceReady True', 'SourceConnected True']);
  });

  test('twice of one source is refused, with its holder and a name that is free', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    const again = await world.api('POST', '/api/apps', { repository: repository.name });
    expect(again.status).toBe(409);
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    const free = /([a-z0-9-]+) is free/.exec(again.body.detail)?.[1];
    expect(again.body.detail).toContain(
      `${app.name} is this very source already (${repository.name}, branch main)`,
    );
    expect((await world.api('POST', '/api/apps', { repository: repository.name, name: free })).status).toBe(
      201,
    );
  });

  test('under a name that is taken is refused, naming the holder and the name that would be free', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    const other = await world.aRepository(answering('v1'));
    const taken = await world.api('POST', '/api/apps', { repository: other.name, name: app.name });
    expect(taken.status).toBe(409);
    expect(taken.body.detail).toContain(`${app.name} is taken by ${repository.name}, branch main`);
    expect(taken.body.detail).toContain(`${other.name.split('/')[1]} is free`);
    const said = await world.cite('apps', 'create', other.name, '--name', app.name);
    expect(said).toMatchObject({ code: 1, err: `cite: ${taken.body.detail}\n` });
  });

  test('with settings that are not valid is refused, each with its field and the remedy', async () => {
    const { name } = await world.aRepository(answering('v1'));
    const post = (body: object) => world.api('POST', '/api/apps', { repository: name, ...body });
    for (const [settings, field] of [
      [{ port: 0 }, 'port'],
      [{ branch: 'nowhere' }, 'branch'],
      [{ branch: '--upload-pack=x' }, 'branch'],
      [{ branch: 'a..b' }, 'branch'],
      [{ build: { context: '../..' } }, 'build.context'],
      [{ build: { context: 'missing' } }, 'build.context'],
      [{ env: { 'not a name': 'x' } }, 'env.not a name'],
      [{ env: { PORT: '1' } }, 'env.PORT'],
      [{ replica: 2 }, 'replica'],
      [{ namespace: 'kube-system' }, 'namespace'],
      [{ image: 'registry.example/shop:{sha}' }, 'checks'],
    ] as const) {
      const refused = await post(settings);
      expect(refused, JSON.stringify(settings)).toMatchObject({ status: 422 });
      const fault = refused.body.errors.find((one: { field: string }) => one.field === field);
      expect(fault, `${field} in ${JSON.stringify(refused.body)}`).toBeDefined();
      expect(fault.remedy).not.toBe('');
    }
    expect(
      (await world.api('POST', '/api/apps', { repository: 'acme/nothing-here' })).body.errors[0].field,
    ).toBe('repository');
  });

  test('is asked by a command of its own whether it is ready, where it names one', async () => {
    const command = ['node', '-e', "require('node:fs').readFileSync('ready')"];
    const { repository, app } = await world.anApp(
      { ...answering('v1'), ready: 'yes' },
      { readiness: { exec: { command } }, progressDeadlineSeconds: 5 },
    );
    await app.untilLive('v1');
    const commit = await repository.push({ ...answering('v2'), ready: null });
    expect(await app.verdict(commit)).toMatch(/^failed: r2: 0 of 1 pods became ready in time: Unhealthy/);
    expect(await app.visit()).toBe('v1');
  });

  test("may not be in another owner's Namespace", async () => {
    const { app } = await world.anApp(answering('v1'));
    const foreign = await world.aRepository(answering('v1'));
    const remote = `http://localhost:${world.port}/git/evil/shop.git`;
    await foreign.git('push', '--quiet', remote, 'HEAD:refs/heads/main');
    const refused = await world.api('POST', '/api/apps', {
      repository: 'evil/shop',
      namespace: app.namespace,
    });
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.body.detail).toContain('cite.dev/owners');
  });
});
