import { writeFile } from 'node:fs/promises';
import { Webhooks } from '@octokit/webhooks';
import type { CreateEvent, DeleteEvent, PingEvent, PushEvent } from '@octokit/webhooks-types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReceiver, type Receiver } from './receiver.ts';
import { type GitHostWorld, openGitHost, type WorkTree } from './world.ts';

const NONE = '0'.repeat(40);
const SECRET = 'shared with the receiver';

describe('a push to the git host', () => {
  let host: GitHostWorld;
  let receiver: Receiver;
  let count = 0;

  beforeAll(async () => {
    host = await openGitHost();
    receiver = await openReceiver();
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
    expect(host.warnings).toEqual([]);
  });

  /** A new repository with a hook for these events. */
  async function repository(
    events: string[],
    config: object = {},
  ): Promise<{ name: string; tree: WorkTree }> {
    const name = `acme/shop-${count++}`;
    await host.api('POST', `/repos/${name}/hooks`, {
      events,
      config: { url: receiver.url, content_type: 'json', secret: SECRET, ...config },
    });
    return { name, tree: await host.clone(name) };
  }

  const eventsOf = async <T>(event: string, name: string, n = 1): Promise<T[]> =>
    (await receiver.wait(event, n, (one) => one.payload.repository.full_name === name)).map(
      (one) => one.payload as T,
    );

  test('is told as GitHub tells it: headers, signatures, payload', async () => {
    const { name, tree } = await repository(['push']);
    const sha = await tree.publish('first', { 'a.txt': 'a' });
    const [delivery] = await receiver.wait('push', 1, (one) => one.payload.repository.full_name === name);
    expect(delivery?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'x-github-hook-id': expect.stringMatching(/^\d+$/),
      'x-github-hook-installation-target-type': 'repository',
      'x-github-hook-installation-target-id': String(delivery?.payload.repository.id),
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
      'x-hub-signature': expect.stringMatching(/^sha1=[0-9a-f]{40}$/),
    });
    const webhooks = new Webhooks({ secret: SECRET });
    const signature = String(delivery?.headers['x-hub-signature-256']);
    expect(await webhooks.verify(delivery?.body ?? '', signature)).toBe(true);
    expect(await webhooks.verify(`${delivery?.body} `, signature)).toBe(false);

    const push = delivery?.payload as PushEvent;
    expect(push).toMatchObject({
      ref: 'refs/heads/main',
      before: NONE,
      after: sha,
      created: true,
      deleted: false,
      forced: false,
      base_ref: null,
      head_commit: {
        id: sha,
        message: 'first',
        author: { name: 'Ada Lovelace', email: 'ada@example.org' },
        committer: { name: 'Charles Babbage' },
        added: ['a.txt'],
        removed: [],
        modified: [],
      },
      commits: [{ id: sha, distinct: true }],
      repository: { full_name: name, default_branch: 'main', clone_url: host.remote(name) },
      pusher: { name: 'local' },
      sender: { login: 'local' },
    });
  });

  test('lists its commits oldest first, each with the files that it added, removed and modified', async () => {
    const { name, tree } = await repository(['push']);
    const first = await tree.publish('first', { 'kept.txt': '1', 'gone.txt': '1' });
    await tree.git('rm', '--quiet', 'gone.txt');
    const second = await tree.commit('second', { 'kept.txt': '2' });
    const third = await tree.publish('third', { 'new.txt': '3' });
    const [, push] = await eventsOf<PushEvent>('push', name, 2);
    expect(push).toMatchObject({ before: first, after: third, created: false, forced: false });
    expect(push?.compare).toContain(`${first.slice(0, 12)}...${third.slice(0, 12)}`);
    expect(push?.commits).toMatchObject([
      { id: second, added: [], removed: ['gone.txt'], modified: ['kept.txt'] },
      { id: third, added: ['new.txt'], removed: [], modified: [] },
    ]);
    expect(push?.head_commit?.id).toBe(third);
  });

  test('of 30 commits is one event with all of them', async () => {
    const { name, tree } = await repository(['push']);
    const shas: string[] = [];
    for (let n = 0; n < 30; n++) shas.push(await tree.commit(`commit ${n}`));
    await tree.git('push', '--quiet', 'origin', 'main');
    const [push] = await eventsOf<PushEvent>('push', name);
    expect(push?.commits.map(({ id }) => id)).toEqual(shas);
  });

  test('of more commits than GitHub names is told with the newest 2048', async () => {
    const { name, tree } = await repository(['push']);
    const stream = Array.from(
      { length: 2060 },
      (_, n) =>
        `commit refs/heads/main\nmark :${n + 1}\ncommitter A <a@b> ${n} +0000\ndata 1\nx\n${n ? `from :${n}\n` : ''}\n`,
    ).join('');
    await writeFile(`${tree.folder}/stream`, stream);
    await tree.git('-c', 'alias.load=!git fast-import --quiet < stream', 'load');
    await tree.git('push', '--quiet', 'origin', 'main');
    const [push] = await eventsOf<PushEvent>('push', name);
    expect(push?.commits.length).toBe(2048);
    expect(push?.commits.at(-1)?.id).toBe(push?.after);
  });

  test('with --force says that it is forced, and names what is new', async () => {
    const { name, tree } = await repository(['push']);
    await tree.publish('kept');
    const lost = await tree.publish('lost');
    await tree.git('reset', '--quiet', '--hard', 'HEAD~1');
    const instead = await tree.commit('instead', { 'other.txt': '' });
    await tree.git('push', '--quiet', '--force', 'origin', 'main');
    const pushes = await eventsOf<PushEvent>('push', name, 3);
    expect(pushes.find(({ forced }) => forced)).toMatchObject({
      before: lost,
      after: instead,
      commits: [{ id: instead }],
    });
  });

  test('that moves a branch back to an older commit is forced, without commits, with its head', async () => {
    const { name, tree } = await repository(['push']);
    const older = await tree.publish('older');
    await tree.publish('newer');
    await tree.git('push', '--quiet', '--force', 'origin', `${older}:refs/heads/main`);
    const pushes = await eventsOf<PushEvent>('push', name, 3);
    expect(pushes.find(({ forced }) => forced)).toMatchObject({
      after: older,
      commits: [],
      head_commit: { id: older },
    });
  });

  test('of a new branch names the branch that it came from, and no commit that was there before', async () => {
    const { name, tree } = await repository(['push', 'create']);
    await tree.publish('on main');
    await tree.git('push', '--quiet', 'origin', 'HEAD:refs/heads/feature/with/slashes');
    const pushes = await eventsOf<PushEvent>('push', name, 2);
    expect(pushes.find(({ ref }) => ref === 'refs/heads/feature/with/slashes')).toMatchObject({
      created: true,
      base_ref: 'refs/heads/main',
      commits: [],
      head_commit: { message: 'on main' },
    });
    const creations = await eventsOf<CreateEvent>('create', name, 2);
    expect(creations.map(({ ref, ref_type }) => `${ref_type} ${ref}`).sort()).toEqual([
      'branch feature/with/slashes',
      'branch main',
    ]);
  });

  test('that deletes a branch is a push to no commit and a delete event; made again it is created', async () => {
    const { name, tree } = await repository(['push', 'delete']);
    const sha = await tree.publish('base');
    for (const refspec of [`${sha}:refs/heads/side`, ':refs/heads/side', `${sha}:refs/heads/side`])
      await tree.git('push', '--quiet', 'origin', refspec);
    const pushes = await eventsOf<PushEvent>('push', name, 4);
    const side = pushes.filter(({ ref }) => ref === 'refs/heads/side');
    expect(side.filter(({ created }) => created).length).toBe(2);
    expect(side.find(({ deleted }) => deleted)).toMatchObject({
      before: sha,
      after: NONE,
      commits: [],
      head_commit: null,
      base_ref: null,
    });
    const [deletion] = await eventsOf<DeleteEvent>('delete', name);
    expect(deletion).toMatchObject({ ref: 'side', ref_type: 'branch' });
  });

  test('of a tag, light or annotated, is a push with the tagged commit as head', async () => {
    const { name, tree } = await repository(['push', 'create']);
    const sha = await tree.publish('release');
    await tree.git('tag', 'light');
    await tree.git('tag', '--annotate', '--message=noted', 'annotated');
    await tree.git('push', '--quiet', 'origin', 'light', 'annotated');
    const pushes = await eventsOf<PushEvent>('push', name, 3);
    for (const ref of ['refs/tags/light', 'refs/tags/annotated'])
      expect(pushes.find((push) => push.ref === ref)).toMatchObject({
        commits: [],
        head_commit: { id: sha },
        base_ref: 'refs/heads/main',
      });
    const creations = await eventsOf<CreateEvent>('create', name, 3);
    expect(creations.filter(({ ref_type }) => ref_type === 'tag').map(({ ref }) => ref)).toContain(
      'annotated',
    );
  });

  test('of more than three tags tells of none of them, as on GitHub', async () => {
    const { name, tree } = await repository(['push', 'create']);
    await tree.publish('release');
    for (const tag of ['t1', 't2', 't3', 't4']) await tree.git('tag', tag);
    await tree.git('push', '--quiet', 'origin', '--tags');
    await tree.git('push', '--quiet', 'origin', 'HEAD:refs/heads/afterwards');
    const pushes = await eventsOf<PushEvent>('push', name, 2);
    expect(pushes.map(({ ref }) => ref).sort()).toEqual(['refs/heads/afterwards', 'refs/heads/main']);
  });

  test('with hostile names and messages carries them unharmed', async () => {
    const { name, tree } = await repository(['push']);
    const message = `quote " ' \` $(touch /tmp/owned)\n\nline two\r\nnul-free \u2028 – ünïcödé 🚀 \u001b[31m`;
    const file = 'we "quote"\nand break $(x) ü.txt';
    const sha = await tree.publish(message, { [file]: 'x', '--upload-pack=x': 'y', '-rf': 'z' });
    const branches = ['--upload-pack=x', 'quote\'"`$(x);&|', 'ünïcödé-🚀', '100%2Fdone', 'a#b&c=d'];
    for (const branch of branches) await tree.git('push', '--quiet', 'origin', `${sha}:refs/heads/${branch}`);
    const pushes = await eventsOf<PushEvent>('push', name, 1 + branches.length);
    expect(pushes.find(({ ref }) => ref === 'refs/heads/main')?.head_commit).toMatchObject({
      message,
      added: ['--upload-pack=x', '-rf', file],
    });
    expect(pushes.map(({ ref }) => ref)).toEqual(
      expect.arrayContaining(branches.map((branch) => `refs/heads/${branch}`)),
    );
  });

  test('makes its first branch the default one', async () => {
    const { name, tree } = await repository(['push']);
    await tree.commit('first');
    await tree.git('push', '--quiet', 'origin', 'HEAD:refs/heads/trunk');
    expect((await host.api('GET', `/repos/${name}`)).body.default_branch).toBe('trunk');
    await tree.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    expect((await host.api('GET', `/repos/${name}`)).body.default_branch).toBe('trunk');
    const [push] = await eventsOf<PushEvent>('push', name);
    expect(push?.repository.default_branch).toBe('trunk');
  });

  test('beside others loses none: as many events as pushes that git accepted', async () => {
    const { name, tree } = await repository(['push']);
    const base = await tree.publish('base');
    const pushes = Array.from({ length: 8 }, async (_, n) => {
      const other = await host.clone(name);
      await other.git('fetch', '--quiet', 'origin', 'main');
      await other.git('checkout', '--quiet', '-b', 'work', base);
      const sha = await other.commit(`by ${n}`, { [`${n}.txt`]: '' });
      // Half of them want the same branch: git takes one of those, or more in turn where one is fast.
      const target = n % 2 === 0 ? `branch-${n}` : 'contested';
      return await other.git('push', '--quiet', 'origin', `work:refs/heads/${target}`).then(
        () => sha,
        () => undefined,
      );
    });
    const accepted = (await Promise.all(pushes)).filter((sha) => sha !== undefined);
    expect(accepted.length).toBeGreaterThanOrEqual(5);
    await tree.publish('last');
    await eventsOf<PushEvent>('push', name, accepted.length + 2);
    const told = await eventsOf<PushEvent>('push', name);
    expect(new Set(told.map(({ after }) => after))).toEqual(
      new Set([base, ...accepted, await tree.git('rev-parse', 'HEAD')]),
    );
    expect(told.length).toBe(accepted.length + 2);
  });

  test('goes to every hook that wants it with one GUID, as form where asked, and to no other', async () => {
    const { name, tree } = await repository(['push'], { content_type: 'form' });
    await host.api('POST', `/repos/${name}/hooks`, {
      events: ['*'],
      config: { url: `${receiver.url}/all`, content_type: 'json' },
    });
    await host.api('POST', `/repos/${name}/hooks`, {
      events: ['status'],
      config: { url: `${receiver.url}/status`, content_type: 'json' },
    });
    await tree.publish('first');
    const deliveries = await receiver.wait('push', 2, (one) => one.payload.repository.full_name === name);
    expect(deliveries.length).toBe(2);
    expect(new Set(deliveries.map(({ headers }) => headers['x-github-delivery'])).size).toBe(1);
    const form = deliveries.find(({ headers }) => headers['content-type'] !== 'application/json');
    const webhooks = new Webhooks({ secret: SECRET });
    expect(await webhooks.verify(form?.body ?? '', String(form?.headers['x-hub-signature-256']))).toBe(true);
    const unsigned = deliveries.find((one) => one !== form);
    expect(unsigned?.headers).not.toHaveProperty('x-hub-signature-256');
    const pings = await eventsOf<PingEvent>('ping', name, 3);
    expect(pings.map(({ hook }) => hook.events.join()).sort()).toEqual(['*', 'push', 'status']);
  });

  test('can be cloned, shallow and by a commit that no branch has any more', async () => {
    const { name, tree } = await repository(['push']);
    await tree.publish('kept', { 'a.txt': '1' });
    const lost = await tree.publish('lost', { 'a.txt': '2' });
    await tree.git('push', '--quiet', '--force', 'origin', 'HEAD~1:main');
    const other = await host.clone(name);
    await other.git('fetch', '--quiet', '--depth=1', 'origin', lost);
    expect(await other.git('show', 'FETCH_HEAD:a.txt')).toBe('2');
  });

  test('is served again, with its hooks, by a host that starts on the same folders', async () => {
    const { name, tree } = await repository(['push']);
    await tree.publish('before');
    await eventsOf<PushEvent>('push', name);
    await host.restart();
    const sha = await tree.publish('after');
    const pushes = await eventsOf<PushEvent>('push', name, 2);
    expect(pushes.map(({ after }) => after)).toContain(sha);
  });
});
