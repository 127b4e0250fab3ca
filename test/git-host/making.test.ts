import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GitHostWorld, openGitHost } from './world.ts';

describe('a repository of the git host', () => {
  let host: GitHostWorld;
  beforeAll(async () => {
    host = await openGitHost();
  });
  afterAll(async () => {
    await host.close();
    expect(host.warnings).toEqual([]);
  });
  const isMade = (path: string) => existsSync(join(host.folder, 'repositories', path));

  test('is not made by who asks what it holds: any web page can', async () => {
    const answer = await fetch(`${host.remote('acme/ghost')}/info/refs?service=git-receive-pack`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain(`${'0'.repeat(40)} capabilities^{}`);
    expect(isMade('acme')).toBe(false);
  });

  test("is not made by a POST that is none of git's", async () => {
    const form = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '0000' };
    expect((await fetch(`${host.remote('acme/form')}/git-receive-pack`, form)).status).toBe(415);
    expect(isMade('acme')).toBe(false);
  });

  test('is made by its first push, whichever way git sends it', async () => {
    const tree = await host.clone('acme/first');
    await tree.commit('first', { 'large.txt': 'large'.repeat(1000) });
    // Small enough a buffer that git asks first whether it may push.
    await tree.git('-c', 'http.postBuffer=1000', 'push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    expect(isMade('acme/first.git')).toBe(true);
    const other = await host.clone('acme/first');
    await other.git('pull', '--quiet', 'origin', 'main');
    expect(await other.git('rev-parse', 'HEAD')).toBe(await tree.git('rev-parse', 'HEAD'));
  });

  test('is not there for who wants to clone it before', async () => {
    const tree = await host.clone('acme/never');
    await expect(tree.git('ls-remote', 'origin')).rejects.toThrow('not found');
  });

  test.each(['...', '-x', '.', '..', 'a.git'])('is never called %s', async (name) => {
    const tree = await host.clone(`acme/${name}`);
    await tree.commit('first');
    await expect(tree.git('push', 'origin', 'HEAD:refs/heads/main')).rejects.toThrow();
    expect(isMade(`acme/${name}.git`)).toBe(false);
    const answer = await fetch(`${host.url}/git/acme/${name}.git/info/refs?service=git-receive-pack`);
    expect(answer.status).toBe(404);
  });

  test.each(['.github', 'a-b', '_x', 'x...'])('may be called %s', async (name) => {
    const tree = await host.clone(`acme/${name}`);
    await tree.publish('first');
    expect(isMade(`acme/${name}.git`)).toBe(true);
  });
});
