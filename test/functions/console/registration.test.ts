import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Records } from '../../../scripts/local/cluster/records/records.ts';
import { DeniedError } from '../../../shared/domain/errors.ts';
import { type ConsoleWorld, openConsole } from './world.ts';

let world: ConsoleWorld;
let commit: string;
beforeAll(async () => {
  world = await openConsole({ ALLOWED_REGISTRIES: ['registry.test'] });
  commit = world.repository('Acme/shop', { 'index.html': 'hello', 'apps/till/index.html': 'till' }, [
    'feature/x',
  ]);
  world.repository('rival/shop');
});
afterAll(() => world.close());

const create = (body: object) => world.ask('POST', '/api/apps', body);

describe('registering an App', () => {
  test('needs a repository alone: namespace, name and branch are proposed, the defaults filled in', async () => {
    const { status, headers, body } = await create({ repository: 'Acme/shop' });
    expect({ status, location: headers.location }).toEqual({ status: 201, location: '/api/apps/acme/shop' });
    expect(body).toMatchObject({ namespace: 'acme', name: 'shop', branch: 'main', standby: [], next: [] });
    const app = await world.cluster.getApp({ namespace: 'acme', name: 'shop' });
    expect(app?.spec).toMatchObject({ repository: 'Acme/shop', branch: 'main', port: 8080, replicas: 1 });
    expect(await world.cluster.namespaceOwners('acme')).toEqual(['Acme']);
    const { head, ...shown } = body;
    expect(head).toBe(commit);
    expect((await world.ask('GET', '/api/apps/acme/shop')).body).toEqual(shown);
  });

  test('asks nothing of its Namespace that a right is needed for: those come there with the first App', async () => {
    const denied = async () => {
      throw new DeniedError('Kubernetes refuses');
    };
    const fresh = await openConsole({}, (cluster) => ({
      ...cluster,
      listPodSettings: denied,
      listPods: denied,
      readSecret: denied,
    }));
    try {
      fresh.repository('acme/shop');
      expect((await fresh.ask('POST', '/api/apps', { repository: 'acme/shop' })).status).toBe(201);
    } finally {
      await fresh.close();
    }
  });

  test('of the same source again is refused, and the free name is told', async () => {
    const { status, body } = await create({ repository: 'acme/shop' });
    expect(status).toBe(409);
    expect(body.errors[0]).toMatchObject({
      field: 'name',
      remedy: expect.stringMatching(/shop-[0-9a-f]{6} is free/),
    });
    expect(body.detail).toContain('Acme/shop, branch main');
  });

  test('of another branch proposes a name of repository and whole branch', async () => {
    const { status, body } = await create({ repository: 'Acme/shop', branch: 'feature/x', port: 3000 });
    expect(status).toBe(201);
    expect(body.name).toMatch(/^shop-feature-x-[0-9a-f]{6}$/);
    expect(body.spec.port).toBe(3000);
  });

  test('under a name that is taken is refused, and the holder and a free name are told', async () => {
    const { status, body } = await create({ repository: 'Acme/shop', branch: 'feature/x', name: 'shop' });
    expect(status).toBe(409);
    expect(body.detail).toMatch(
      /shop is taken by Acme\/shop, branch main\. Give another name: shop-[0-9a-f]{6} is free\./,
    );
  });

  test('whose proposed name belongs to another source takes the alternative', async () => {
    await create({ repository: 'rival/shop', namespace: 'rival' });
    const { status, body } = await create({ repository: 'rival/shop', namespace: 'rival', name: 'till' });
    expect({ status, name: body.name }).toEqual({ status: 201, name: 'till' });
    world.repository('rival/till');
    const alternative = await create({ repository: 'rival/till' });
    expect(alternative.body.name).toMatch(/^till-[0-9a-f]{6}$/);
  });

  test('by two at once makes it once', async () => {
    world.repository('acme/race');
    const answers = await Promise.all([1, 2, 3].map(() => create({ repository: 'acme/race' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  test('in a namespace of another owner is refused, whatever the name', async () => {
    const { status, body } = await create({ repository: 'rival/shop', namespace: 'acme', name: 'spy' });
    expect(status).toBe(403);
    expect(body.detail).toContain('cite.dev/owners');
    expect(await world.cluster.getApp({ namespace: 'acme', name: 'spy' })).toBeUndefined();
  });

  test("where somebody else's Service has the name is refused", async () => {
    const records = new Records(world.dir, () => new Date());
    records.insert('Service', { namespace: 'acme', name: 'theirs' }, {}, { port: 80, epoch: 0 });
    records.close();
    const { status, body } = await create({ repository: 'Acme/shop', name: 'theirs' });
    expect({ status, field: body.errors[0].field }).toEqual({ status: 409, field: 'name' });
    expect(await world.cluster.getApp({ namespace: 'acme', name: 'theirs' })).toBeUndefined();
  });

  test('of a folder of a monorepo builds that folder', async () => {
    const { status, body } = await create({
      repository: 'Acme/shop',
      name: 'till',
      build: { context: 'apps/till' },
      image: 'registry.test/team/till:{sha}',
      checks: ['ci'],
    });
    expect({ status, context: body.spec.build.context }).toEqual({ status: 201, context: 'apps/till' });
  });

  test.each<[string, object, string]>([
    ['no repository', {}, 'repository'],
    ['a repository that is no name', { repository: 'shop' }, 'repository'],
    ['a repository that leaves the path', { repository: 'acme/..' }, 'repository'],
    ['a repository that is not there', { repository: 'Acme/nothing' }, 'repository'],
    ['a branch that is not there', { repository: 'Acme/shop', branch: 'none' }, 'branch'],
    ['a branch that git refuses', { repository: 'Acme/shop', branch: 'a..b' }, 'branch'],
    ['a folder that is not there', { repository: 'Acme/shop', build: { context: 'none' } }, 'build.context'],
    ['a folder outside', { repository: 'Acme/shop', build: { context: '../..' } }, 'build.context'],
    ['a name that is no DNS label', { repository: 'Acme/shop', name: 'Shop' }, 'name'],
    ['a name that is too long', { repository: 'Acme/shop', name: 'a'.repeat(41) }, 'name'],
    ['a reserved namespace', { repository: 'Acme/shop', namespace: 'kube-system' }, 'namespace'],
    ["the platform's namespace", { repository: 'Acme/shop', namespace: 'cite-system' }, 'namespace'],
    ['a namespace that is none', { repository: 'Acme/shop', namespace: '../x' }, 'namespace'],
    ['an owner that cannot be a namespace', { repository: 'acme-/shop' }, 'namespace'],
    ['a port out of range', { repository: 'Acme/shop', port: 65_536 }, 'port'],
    ['a port that is text', { repository: 'Acme/shop', port: '8080' }, 'port'],
    ['PORT in the environment', { repository: 'Acme/shop', env: { PORT: '1' } }, 'env.PORT'],
    ['an environment name with a line break', { repository: 'Acme/shop', env: { 'A\nB': '1' } }, 'env.A B'],
    [
      'two kinds of readiness',
      { repository: 'Acme/shop', readiness: { http: { path: '/' }, grpc: {} } },
      'readiness',
    ],
    ['an image without a check', { repository: 'Acme/shop', image: 'registry.test/a:{sha}' }, 'checks'],
    [
      'a registry that is not allowed',
      { repository: 'Acme/shop', image: 'evil.test/a/b:{sha}', checks: ['ci'] },
      'spec.image',
    ],
    ['a Secret that is not there', { repository: 'Acme/shop', secret: 'nope' }, 'secret'],
    ['a misspelt setting', { repository: 'Acme/shop', prot: 80 }, 'prot'],
    ['a Hold', { repository: 'Acme/shop', hold: { by: 'me', at: '2026-01-01T00:00:00Z' } }, 'hold'],
    ['a redeploy', { repository: 'Acme/shop', redeploy: { id: '1', by: 'me' } }, 'redeploy'],
  ])('with %s is refused, naming the field and a remedy, and makes nothing', async (_title, body, field) => {
    const before = (await world.cluster.listApps()).length;
    const answer = await create({ name: 'new', ...body });
    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ type: 'about:blank', title: 'Unprocessable Entity', status: 422 });
    const fault = answer.body.errors.find((one: { field: string }) => one.field === field);
    expect(fault, JSON.stringify(answer.body.errors)).toMatchObject({
      problem: expect.stringMatching(/\S/),
      remedy: expect.stringMatching(/\S/),
    });
    expect((await world.cluster.listApps()).length).toBe(before);
  });
});
