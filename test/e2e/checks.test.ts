import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from './app.ts';
import { answering } from './files.ts';
import { putImage } from './image.ts';
import type { Repository } from './repository.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

const REGISTRY = 'registry.test';

let world: World;
beforeAll(async () => {
  world = await openWorld({ registries: REGISTRY });
});
afterAll(() => world.close());

/** What an external CI says of a commit. */
const say = (repository: Repository, commit: string, context: string, state: string) =>
  world.github('POST', `/${repository.name}/statuses/${commit}`, {
    context,
    state,
    description: 'of the CI',
  });

const headOf = (repository: Repository) => repository.git('rev-parse', 'HEAD');

/** The webhook of that status has been judged. */
async function untilHeard(commit: string, count: number): Promise<readonly string[]> {
  const seen = await until(
    `${count} foreign statuses of ${commit} are judged`,
    async () => foreign((await world.api('GET', `/api/why/${commit}`)).body.deliveries ?? []),
    (judgements) => judgements.length >= count && judgements.every((text) => text !== 'not judged yet'),
  );
  return seen;
}

const foreign = (deliveries: readonly { event: string; judgement: string }[]) =>
  deliveries
    .filter(({ event, judgement }) => event === 'status' && judgement !== 'skipped: it is our own status')
    .map(({ judgement }) => judgement);

describe.concurrent('an App that names checks', SCENES, () => {
  test('has a push built, and live when all of them are green', async () => {
    const { repository, app } = await world.anApp(answering('v1'), { checks: ['ci/unit', 'ci/lint'] });
    const commit = await headOf(repository);
    const waiting = await app.until(commit, 'waiting for checks');
    expect(waiting.reason).toBe('waiting for ci/unit, ci/lint');
    expect(await say(repository, commit, 'ci/unit', 'success')).toMatchObject({ status: 201 });
    await untilHeard(commit, 1);
    expect(await app.changes(commit)).toMatchObject([
      { state: 'waiting for checks', reason: 'waiting for ci/lint' },
    ]);
    expect(await app.releases()).toEqual([]);
    await say(repository, commit, 'ci/lint', 'pending');
    await say(repository, commit, 'ci/lint', 'success');
    await app.untilLive('v1');
  });

  test('never deploys a commit with a red check', async () => {
    const { repository, app } = await world.anApp(answering('v1'), { checks: ['ci/unit'] });
    const commit = await headOf(repository);
    await app.until(commit, 'waiting for checks');
    await say(repository, commit, 'ci/unit', 'failure');
    expect(await app.verdict(commit)).toBe('failed: check ci/unit is not green: failure');
    await say(repository, commit, 'ci/unit', 'success');
    await untilHeard(commit, 2);
    expect(await app.releases()).toEqual([]);
    expect(await world.cite('retry', commit)).toMatchObject({ code: 0 });
    await app.untilLive('v1');
  });
});

describe.concurrent('an App that names no check', SCENES, () => {
  test('hears of foreign statuses without consequence', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const commit = await headOf(repository);
    await say(repository, commit, 'ci/unit', 'failure');
    expect(await untilHeard(commit, 1)).toEqual(['skipped: no Change waits for a check of this commit']);
    expect(await app.changes()).toHaveLength(1);
    expect(await app.visit()).toBe('v1');
  });
});

describe.concurrent('an App whose image an external CI builds', SCENES, () => {
  async function externalApp(
    team: string,
  ): Promise<{ repository: Repository; app: App; image: (of: string) => string }> {
    const template = `${REGISTRY}/${team}/shop:v-{sha}`;
    const { repository, app } = await world.anApp(
      { 'README.md': 'nothing to build' },
      {
        image: template,
        checks: ['ci/image'],
      },
    );
    return { repository, app, image: (commit) => template.replace('{sha}', commit) };
  }

  test('runs that image when it is there and the check is green', async () => {
    const { repository, app, image } = await externalApp('a');
    const commit = await headOf(repository);
    await app.until(commit, 'waiting for checks');
    const digest = await putImage(world.dir, image(commit), answering('by the CI'));
    await say(repository, commit, 'ci/image', 'success');
    await app.untilLive('by the CI');
    expect((await app.releases())[0]?.image).toBe(`${REGISTRY}/a/shop@${digest}`);
    const [change] = await app.changes(commit);
    expect(change).toMatchObject({ kind: 'push', verdict: { text: 'deployed as r1' } });
    expect(change).not.toHaveProperty('build');
  });

  test('does not run it for a status alone: without the image it waits', async () => {
    const { repository, app, image } = await externalApp('b');
    const commit = await headOf(repository);
    await app.until(commit, 'waiting for checks');
    await say(repository, commit, 'ci/image', 'success');
    const waiting = await until(
      'it waits for the image',
      () => app.changes(commit),
      ([change]) => change?.reason === 'waiting for its image in the registry',
    );
    expect(waiting[0]?.state).toBe('waiting for checks');
    expect(await app.releases()).toEqual([]);
    await putImage(world.dir, image(commit), answering('late'));
    await say(repository, commit, 'ci/image', 'success');
    await app.untilLive('late');
  });

  test('does not run it for the image alone, nor for a status of another name', async () => {
    const { repository, app, image } = await externalApp('c');
    const commit = await headOf(repository);
    await putImage(world.dir, image(commit), answering('too early'));
    await app.until(commit, 'waiting for checks');
    await say(repository, commit, 'ci/other', 'success');
    await untilHeard(commit, 1);
    expect(await app.changes(commit)).toMatchObject([{ state: 'waiting for checks' }]);
    expect(await app.releases()).toEqual([]);
  });

  test('runs what its tag led to when it was released, whatever the tag leads to later', async () => {
    const { repository, app, image } = await externalApp('d');
    const commit = await headOf(repository);
    await putImage(world.dir, image(commit), answering('as it was'));
    await say(repository, commit, 'ci/image', 'success');
    await app.untilLive('as it was');
    await putImage(world.dir, image(commit), answering('moved'));
    await app.wish('redeploy');
    await until(
      'r2 is live',
      () => app.releases(),
      ([newest]) => newest?.number === 2 && newest.state === 'live',
    );
    expect(await app.visit()).toBe('as it was');
  });

  test('of a registry that is not allowed is refused', async () => {
    const { name } = await world.aRepository(answering('v1'));
    for (const image of ['evil.test/team/shop:{sha}', 'registry.test.evil.test/shop:{sha}']) {
      const refused = await world.api('POST', '/api/apps', { repository: name, image, checks: ['ci'] });
      expect(refused.status).toBe(422);
      expect(refused.body.detail).toBe(
        `spec.image: registry ${image.split('/')[0]} is not allowed. Use one of ${REGISTRY}`,
      );
    }
  });
});
