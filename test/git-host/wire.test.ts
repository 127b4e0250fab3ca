import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { CreateEvent } from '@octokit/webhooks-types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReceiver, type Receiver } from './receiver.ts';
import { type GitHostWorld, openGitHost } from './world.ts';

describe('git over a wire to the git host', () => {
  let host: GitHostWorld;
  let receiver: Receiver;

  beforeAll(async () => {
    host = await openGitHost();
    receiver = await openReceiver();
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
    expect(host.warnings).toEqual([]);
  });

  const hookOn = (repository: string, events: string[]) =>
    host.api('POST', `/repos/${repository}/hooks`, {
      events,
      config: { url: receiver.url, content_type: 'json' },
    });

  test('carries a push that is larger than what git sends in one piece, and gives it back', async () => {
    const tree = await host.clone('acme/large');
    const content = randomBytes(6 * 1024 * 1024);
    await writeFile(join(tree.folder, 'large.bin'), content);
    await tree.publish('large');
    const other = await host.clone('acme/large');
    await other.git('pull', '--quiet', 'origin', 'main');
    expect(await other.git('hash-object', 'large.bin')).toBe(await tree.git('hash-object', 'large.bin'));
  });

  test('tells of every ref that moved, whenever its client was gone', async () => {
    await hookOn('acme/gone', ['create']);
    const tree = await host.clone('acme/gone');
    const base = await tree.publish('base');
    // Passes everything on, and cuts the client off so long after its push went in.
    let delay = 0;
    const cutting = createServer((client) => {
      const upstream = connect(Number(new URL(host.url).port), '127.0.0.1');
      client.on('data', (data) => {
        upstream.write(data);
        if (data.includes('POST /git/acme/gone.git/git-receive-pack'))
          setTimeout(() => upstream.destroy(), delay);
      });
      upstream.on('data', (data) => client.write(data));
      client.on('error', () => {}).on('close', () => upstream.destroy());
      upstream.on('error', () => {}).on('close', () => client.destroy());
    });
    await new Promise<void>((resolve) => cutting.listen(0, '127.0.0.1', resolve));
    const remote = `http://127.0.0.1:${(cutting.address() as AddressInfo).port}/git/acme/gone.git`;
    // Of many refs, so that the end of the client falls between the first that moved and the last.
    for (delay = 5; delay <= 45; delay += 8) {
      const refs = Array.from({ length: 100 }, (_, n) => `${base}:refs/heads/cut-after-${delay}/${n}`);
      await tree.git('push', remote, ...refs).catch(() => {});
    }
    cutting.close();
    const moved = (await tree.git('ls-remote', '--heads', 'origin')).split('\n');
    expect(moved.length).toBeGreaterThan(1);
    const names = moved.map((line) => line.replace(/^.*refs\/heads\//, ''));
    await Promise.all(
      names.map((name) => receiver.wait('create', 1, (one) => (one.payload as CreateEvent).ref === name)),
    );
  });

  test('moves nothing on an upload that breaks off, and serves the next one', async () => {
    const tree = await host.clone('acme/broken');
    const sha = await tree.publish('whole');
    await new Promise<void>((resolve) => {
      const headers = { 'content-type': 'application/x-git-receive-pack-request', 'content-length': 100_000 };
      const push = request(`${host.remote('acme/broken')}/git-receive-pack`, { method: 'POST', headers });
      push.on('error', () => {}).on('close', resolve);
      push.write(`00a5${sha} ${'b'.repeat(40)} refs/heads/main\0 report-status`, () => push.destroy());
    });
    expect((await host.api('GET', '/repos/acme/broken/branches/main')).body.commit.sha).toBe(sha);
    const next = await tree.publish('next');
    expect((await host.api('GET', '/repos/acme/broken/branches/main')).body.commit.sha).toBe(next);
  });

  test('refuses a push whose objects are not what git allows', async () => {
    const tree = await host.clone('acme/fsck');
    await tree.publish('fine');
    // A tree with an entry `.git` would write into the configuration of whoever checks it out.
    const file = await tree.git('hash-object', '-w', 'counter.txt');
    await writeFile(
      join(tree.folder, 'raw-tree'),
      Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(file, 'hex')]),
    );
    const bad = await tree.git('hash-object', '-t', 'tree', '--literally', '-w', 'raw-tree');
    const commit = await tree.git('commit-tree', bad, '-m', 'bad');
    await expect(tree.git('push', 'origin', `${commit}:refs/heads/bad`)).rejects.toThrow(/hasDotgit|fsck/);
    expect((await host.api('GET', '/repos/acme/fsck/branches/bad')).status).toBe(404);
  });

  test('keeps refs/replace of one person from changing what others are shown', async () => {
    const tree = await host.clone('acme/replace');
    const shown = await tree.publish('shown');
    const other = await tree.publish('other');
    await tree.git('replace', shown, await tree.git('commit-tree', `${other}^{tree}`, '-m', 'forged'));
    await tree.git('push', '--quiet', 'origin', 'refs/replace/*:refs/replace/*');
    expect((await host.api('GET', `/repos/acme/replace/commits/${shown}`)).body.commit.message).toBe('shown');
  });
});
