import { createHmac, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from './app.ts';
import { answering, silent } from './files.ts';
import type { Repository } from './repository.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** What became of the delivery of a push, in words, once it is judged. */
async function judgement(commit: string): Promise<string> {
  const { body } = await until(
    `the push of ${commit} is judged`,
    () => world.api('GET', `/api/why/${commit}`),
    ({ status, body }) => status === 200 && pushOf(body) !== undefined && pushOf(body) !== 'not judged yet',
  );
  return pushOf(body) ?? '';
}

const pushOf = (why: { deliveries: { event: string; judgement: string }[] }) =>
  why.deliveries.find(({ event }) => event === 'push')?.judgement;

async function liveApp(): Promise<{ repository: Repository; app: App; first: string }> {
  const { repository, app } = await world.anApp(answering('v1'));
  await app.untilLive('v1');
  return { repository, app, first: await repository.git('rev-parse', 'HEAD') };
}

interface HostDelivery {
  readonly id: number;
  readonly event: string;
  readonly status: string;
  readonly redelivery: boolean;
}

/** The git host's log of the repository's webhook, newest first. */
async function deliveries(repository: Repository): Promise<readonly HostDelivery[]> {
  return (await world.github('GET', await logOf(repository))).body;
}

async function logOf(repository: Repository): Promise<string> {
  const [hook] = (await world.github('GET', `/${repository.name}/hooks`)).body;
  return `/${repository.name}/hooks/${hook.id}/deliveries`;
}

/** The delivery of the push of a commit. */
async function deliveryOf(repository: Repository, commit: string): Promise<{ at: string; payload: object }> {
  const at = await logOf(repository);
  for (const { id, event } of await deliveries(repository)) {
    if (event !== 'push') continue;
    const { body } = await world.github('GET', `${at}/${id}`);
    if (body.request.payload.after === commit)
      return { at: `${at}/${id}/attempts`, payload: body.request.payload };
  }
  throw new Error(`no push of ${commit} was delivered`);
}

describe.concurrent('a push', SCENES, () => {
  test('of many commits deploys the last one alone', async () => {
    const { repository, app } = await liveApp();
    const passed = [];
    for (let i = 0; i < 5; i++) passed.push(await repository.commit(answering(`not pushed alone ${i}`)));
    const head = await repository.push(answering('v2'));
    await app.untilLive('v2');
    expect(await app.verdict(head)).toBe('deployed as r2');
    for (const commit of passed) expect(await app.changes(commit)).toEqual([]);
  });

  test('and another one within a second: the newest is live, and each has one verdict', async () => {
    const { repository, app } = await liveApp();
    const older = await repository.push(answering('v2'));
    const newest = await repository.push(answering('v3'));
    await app.untilLive('v3');
    expect(await app.verdict(newest)).toMatch(/^deployed as r[23]$/);
    expect(await app.verdict(older)).toMatch(/^(deployed as r2|superseded by .*)$/);
    const changes = await app.untilSettled();
    expect(
      changes.map(({ commit }) => commit).filter((commit) => commit === older || commit === newest),
    ).toHaveLength(2);
    expect(await app.visit()).toBe('v3');
  });

  test('that is forced back to an older commit has that live again', async () => {
    const { repository, app, first } = await liveApp();
    await repository.push(answering('v2'));
    await app.untilLive('v2');
    await repository.git('reset', '--quiet', '--hard', first);
    await repository.git('push', '--quiet', '--force', 'origin', 'main');
    await app.untilLive('v1');
    expect(await app.verdict(first)).toBe('deployed as r3');
    const next = await repository.push(answering('v3'));
    await app.untilLive('v3');
    expect(await app.verdict(next)).toBe('deployed as r4');
  });

  test('that is forced away while it is built never goes live', async () => {
    const file = join(world.dir, 'forced-away');
    const { repository, app } = await world.anApp(
      { ...answering('v1'), 'build.sh': 'true' },
      { build: { command: 'sh ./build.sh' } },
    );
    await app.untilLive('v1');
    const first = await repository.git('rev-parse', 'HEAD');
    const away = await repository.push({
      ...answering('v2'),
      'build.sh': `while ! test -e '${file}'; do sleep 0.1; done`,
    });
    await app.until(away, 'building');
    await repository.git('reset', '--quiet', '--hard', first);
    await repository.git('push', '--quiet', '--force', 'origin', 'main');
    await until(
      'the forced push is judged',
      () => app.changes(first),
      ([newest, ...others]) => others.length > 0 && newest?.state === 'ended',
    );
    writeFileSync(file, '');
    expect(await app.verdict(away)).toBe(`superseded by ${first}`);
    expect(await app.visit()).toBe('v1');
    expect(await app.releases()).toHaveLength(1);
  });

  test('that is forced aside to another history has that live', async () => {
    const { repository, app, first } = await liveApp();
    await repository.push(answering('v2'));
    await app.untilLive('v2');
    await repository.git('reset', '--quiet', '--hard', first);
    await repository.commit(answering('rewritten'));
    await repository.git('push', '--quiet', '--force', 'origin', 'main');
    await app.untilLive('rewritten');
  });

  test('supersedes a release that still waits to be ready', async () => {
    const { repository, app } = await liveApp();
    const waiting = await repository.push(silent);
    await until(
      'r2 waits to be ready',
      () => app.changes(waiting),
      ([change]) => change?.release === 2 && change.state === 'starting',
    );
    const newest = await repository.push(answering('v3'));
    await app.untilLive('v3');
    expect(await app.verdict(waiting)).toBe('superseded by r3');
    expect(await app.verdict(newest)).toBe('deployed as r3');
  });

  test('of a tag, to a branch without an App, or whose message says so, is skipped; the next one goes live', async () => {
    const { repository, app } = await liveApp();
    const tagged = await repository.commit(answering('tagged'));
    await repository.git('tag', 'v1.0');
    await repository.git('push', '--quiet', 'origin', 'v1.0');
    expect(await judgement(tagged)).toBe('skipped: Apps follow branches, not refs/tags/v1.0');
    const elsewhere = await repository.push(answering('elsewhere'), { to: 'refs/heads/team/a' });
    expect(await judgement(elsewhere)).toBe(`skipped: no App is on branch team/a of ${repository.name}`);
    expect((await world.cite('why', elsewhere.slice(0, 9))).out).toContain(
      'skipped: no App is on branch team/a',
    );
    expect([...(await app.changes(tagged)), ...(await app.changes(elsewhere))]).toEqual([]);

    const marked = await repository.push(answering('v2'), { message: 'Mend a typo\n\n[skip ci]' });
    expect(await app.verdict(marked)).toBe('skipped: its message says [skip ci]');
    expect(await app.visit()).toBe('v1');
    await repository.push(answering('v3'));
    await app.untilLive('v3');
  });
});

describe.concurrent('a branch', SCENES, () => {
  test('that is deleted leaves live what is live; made again at the same commit, it changes nothing; pushed to, it goes on', async () => {
    const repository = await world.aRepository(answering('main'));
    await repository.git('checkout', '--quiet', '-b', 'feature/x');
    const commit = await repository.push(answering('v1'));
    const app = await world.register(repository, { branch: 'feature/x' });
    await app.untilLive('v1');
    await repository.git('push', '--quiet', 'origin', ':feature/x');
    await until(
      'the deletion was told of',
      () => deliveries(repository),
      (all) => all.some(({ event, status }) => event === 'delete' && status === 'OK'),
    );
    expect(await app.visit()).toBe('v1');
    await repository.git('push', '--quiet', 'origin', 'feature/x');
    await until(
      'its push is judged',
      () => app.changes(commit),
      (changes) => changes.length === 2 && changes.every(({ state }) => state === 'ended'),
    );
    expect((await app.changes(commit)).map(({ verdict }) => verdict?.text)).toEqual([
      'skipped: r1 is of this commit',
      'deployed as r1',
    ]);
    await repository.push(answering('v2'));
    await app.untilLive('v2');
  });
});

describe.concurrent('an older push that arrives late', SCENES, () => {
  test('redelivered by the code host, was judged and changes nothing', async () => {
    const { repository, app } = await liveApp();
    const older = await repository.push(answering('v2'));
    await app.untilLive('v2');
    await repository.push(answering('v3'));
    await app.untilLive('v3');
    const { at } = await deliveryOf(repository, older);
    expect(await world.github('POST', at)).toMatchObject({ status: 202 });
    await until(
      'it was delivered again',
      () => deliveries(repository),
      (log) => log.some(({ redelivery, status }) => redelivery && status === 'OK'),
    );
    expect(await app.verdict(older)).toBe('deployed as r2');
    expect(await app.changes(older)).toHaveLength(1);
    expect(await app.visit()).toBe('v3');
  });

  test('as a delivery of its own is superseded by what is newer', async () => {
    const { repository, app } = await liveApp();
    const older = await repository.push(answering('v2'));
    await app.untilLive('v2');
    const newest = await repository.push(answering('v3'));
    await app.untilLive('v3');
    const { payload } = await deliveryOf(repository, older);
    const body = JSON.stringify(payload);
    const answer = await fetch(`http://127.0.0.1:${world.port}/webhooks`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': randomUUID(),
        'x-github-hook-id': '1',
        'x-hub-signature-256': `sha256=${createHmac('sha256', world.webhookSecret).update(body).digest('hex')}`,
      },
    });
    expect(answer.status).toBe(202);
    const changes = await until(
      'the late push has its own Change',
      () => app.changes(older),
      (found) => found.length === 2 && found.every(({ state }) => state === 'ended'),
    );
    expect(changes.map(({ verdict }) => verdict?.text)).toEqual([
      `superseded by ${newest}`,
      'deployed as r2',
    ]);
    expect(await app.visit()).toBe('v3');
    expect((await app.releases())[0]).toMatchObject({ number: 3, state: 'live' });
  });
});
