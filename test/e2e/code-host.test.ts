import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, crashing } from './files.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

interface Status {
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly target_url: string;
}

/** The commit's statuses in the order in which they came. */
async function statuses(repository: string, commit: string): Promise<readonly Status[]> {
  const { body } = await world.github('GET', `/${repository}/commits/${commit}/statuses`);
  return (body as Status[]).toReversed();
}

const untilTold = (repository: string, commit: string, state: string) =>
  until(
    `the newest status of ${commit} is ${state}`,
    () => statuses(repository, commit),
    (all) => all.at(-1)?.state === state,
  );

/** task: states of the Deployment, oldest first. */
async function deployments(repository: string): Promise<Record<string, readonly string[]>> {
  const { body } = await world.github('GET', `/${repository}/deployments`);
  const told = (body as { id: number; task: string }[]).map(async ({ id, task }) => {
    const answer = await world.github('GET', `/${repository}/deployments/${id}/statuses`);
    return [task, (answer.body as { state: string }[]).map(({ state }) => state).toReversed()] as const;
  });
  return Object.fromEntries(await Promise.all(told));
}

describe.concurrent('on the code host', SCENES, () => {
  test('a commit is pending, then a success, with a link to its story', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    const commit = await repository.git('rev-parse', 'HEAD');
    const told = await untilTold(repository.name, commit, 'success');
    expect(told[0]?.state).toBe('pending');
    expect(new Set(told.map(({ context }) => context))).toEqual(new Set([`cite/${app.address}`]));
    expect(told.at(-1)?.description).toBe('deployed as r1');
    const link = new URL(told.at(-1)?.target_url ?? '');
    expect(link.origin).toBe(`http://localhost:${world.port}`);
    const { status, body } = await world.api('GET', link.pathname);
    expect(status).toBe(200);
    expect(body).toContain(commit);
    expect(body).toContain('deployed as r1');
  });

  test('a commit that fails is a failure that tells why', async () => {
    const { repository, app } = await world.anApp(crashing('no luck'));
    const commit = await repository.git('rev-parse', 'HEAD');
    const told = await untilTold(repository.name, commit, 'failure');
    expect(told.at(-1)?.description).toContain('CrashLoopBackOff');
    const release = `${app.address}/r1`;
    const reported = await until(
      'its Deployment is a failure',
      () => deployments(repository.name),
      (all) => all[release]?.at(-1) === 'failure',
    );
    expect(reported[release]?.[0]).toBe('in_progress');
    expect(Object.keys(reported)).toEqual([release]);
  });

  test('a release is a Deployment in progress, then a success, and inactive when the next one is', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    await repository.push(answering('v2'));
    await app.untilLive('v2');
    const [first, second] = [`${app.address}/r1`, `${app.address}/r2`];
    const told = await until(
      'r2 is a success and r1 inactive',
      () => deployments(repository.name),
      (all) => all[first]?.at(-1) === 'inactive' && all[second]?.at(-1) === 'success',
    );
    expect(Object.keys(told).sort()).toEqual([first, second]);
    expect(told[first]?.[0]).toBe('in_progress');
    expect(told[first]).toContain('success');
    expect(told[second]?.[0]).toBe('in_progress');
  });

  test('a rollback has the Deployment of the earlier release a success again, and the other one inactive', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    await repository.push(answering('v2'));
    await app.untilLive('v2');
    await app.untilSettled();
    await app.wish('activate', { release: 1 });
    const [first, second] = [`${app.address}/r1`, `${app.address}/r2`];
    const told = await until(
      'r1 is a success and r2 inactive',
      () => deployments(repository.name),
      (all) => all[first]?.at(-1) === 'success' && all[second]?.at(-1) === 'inactive',
    );
    expect(Object.keys(told).sort()).toEqual([first, second]);
  });

  test('two Apps of one branch share one build, and each has its own status and Deployment', async () => {
    const { repository, app: production } = await world.anApp(answering('v1'));
    const staging = await world.register(repository, { name: 'staging' });
    await Promise.all([production.untilLive('v1'), staging.untilLive('v1')]);
    const commit = await repository.push(answering('v2'));
    await Promise.all([production.untilLive('v2'), staging.untilLive('v2')]);
    const [one] = await production.changes(commit);
    const [other] = await staging.changes(commit);
    expect(one?.build).toBeDefined();
    expect(other?.build).toBe(one?.build);
    const [live, alsoLive] = [await production.releases(), await staging.releases()];
    expect(live[0]?.image).toBe(alsoLive[0]?.image);
    const { out } = await world.cite('logs', staging.address, '--build');
    expect(out.match(/^image: /gm)).toHaveLength(1);
    const contexts = await until(
      'both have told the commit of their success',
      () => statuses(repository.name, commit),
      (all) => all.filter(({ state }) => state === 'success').length === 2,
    );
    expect(new Set(contexts.map(({ context }) => context)).size).toBe(2);
    expect(Object.keys(await deployments(repository.name)).sort()).toEqual(
      [production, staging].flatMap(({ address }) => [`${address}/r1`, `${address}/r2`]).sort(),
    );
  });

  test('statuses that Cite sets are told to it, and wake nothing', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    await untilTold(repository.name, await repository.git('rev-parse', 'HEAD'), 'success');
    const [hook] = (await world.github('GET', `/${repository.name}/hooks`)).body;
    const at = `/${repository.name}/hooks/${hook.id}/deliveries`;
    const { body: log } = await until(
      'its own statuses were delivered',
      () => world.github('GET', at),
      ({ body }) => body.every(({ status }: { status: string }) => status === 'OK'),
    );
    const own = log.filter(({ event }: { event: string }) => event === 'status');
    expect(own.length).toBeGreaterThan(1);
    for (const { id } of own) {
      const { response } = (await world.github('GET', `${at}/${id}`)).body;
      expect(response.payload.trim()).toBe('skipped: it is our own status');
    }
    expect(await app.changes()).toHaveLength(1);
  });
});
