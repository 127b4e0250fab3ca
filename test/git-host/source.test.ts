import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GitHostWorld, openGitHost, type WorkTree } from './world.ts';

const REPOSITORY = 'Acme/Shop.js';
const AT = `/repos/${REPOSITORY}`;

describe('the git host', () => {
  let host: GitHostWorld;
  let tree: WorkTree;
  let first: string;
  let second: string;

  beforeAll(async () => {
    host = await openGitHost();
    tree = await host.clone(REPOSITORY);
    first = await tree.publish('first', { 'package.json': '{}', 'odd\nname "x"': 'odd' });
    second = await tree.publish('second');
  });
  afterAll(async () => {
    await host.close();
    expect(host.warnings).toEqual([]);
  });

  /** As it is on the wire: no client tidies the path. */
  const raw = (method: string, path: string, name = '127.0.0.1') =>
    new Promise<number>((resolve, reject) => {
      const headers = { authorization: 'token ghp_of-the-test', host: name };
      request(host.url, { method, path, headers }, (res) => {
        res.resume();
        resolve(res.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  test('knows a repository by its name in any case, as it was first written', async () => {
    expect((await host.api('GET', '/repos/acme/SHOP.js')).body).toMatchObject({
      full_name: REPOSITORY,
      default_branch: 'main',
      owner: { login: 'Acme' },
    });
    const lower = await host.clone('acme/shop.js');
    await lower.git('fetch', '--quiet', 'origin', 'main');
    expect(await lower.git('rev-parse', 'FETCH_HEAD')).toBe(second);
  });

  test('shows a branch with its commit, whatever is in its name', async () => {
    for (const branch of ['feature/x', '100%2Fdone', 'a#b&c', '--upload-pack=x', 'ü"\'$(x)']) {
      await tree.git('push', '--quiet', 'origin', `${second}:refs/heads/${branch}`);
      const found = await host.api('GET', `${AT}/branches/${encodeURIComponent(branch)}`);
      expect(found).toMatchObject({ status: 200, body: { name: branch, commit: { sha: second } } });
    }
    const names = (await host.api('GET', `${AT}/branches`)).body.map(({ name }: { name: string }) => name);
    expect(names).toContain('--upload-pack=x');
  });

  test.each([
    'none',
    'main~1',
    'main^{tree}',
    '@{-1}',
    ':/first',
    '..',
    'HEAD:package.json',
    '*',
    'mai?',
    '\0',
    '-x',
  ])('has no branch or commit %j', async (name) => {
    expect((await host.api('GET', `${AT}/branches/x%2F..%2F${encodeURIComponent(name)}`)).status).toBe(404);
    const encoded = name === '..' ? '%2E%2E%2F' : encodeURIComponent(name);
    expect((await host.api('GET', `${AT}/branches/${encoded}`)).status).toBe(404);
    expect([404, 422]).toContain((await host.api('GET', `${AT}/commits/${encoded}`)).status);
    expect((await host.api('GET', `${AT}/compare/main...${encoded}`)).status).toBe(404);
  });

  test('shows commits by branch, SHA and its beginning', async () => {
    for (const name of ['main', second, second.slice(0, 7)]) {
      const { body } = await host.api('GET', `${AT}/commits/${name}`);
      expect(body).toMatchObject({
        sha: second,
        commit: { message: 'second', author: { name: 'Ada Lovelace' } },
        parents: [{ sha: first }],
      });
    }
  });

  test('compares two commits', async () => {
    const ahead = (await host.api('GET', `${AT}/compare/${first}...${second}`)).body;
    expect(ahead).toMatchObject({
      status: 'ahead',
      ahead_by: 1,
      behind_by: 0,
      merge_base_commit: { sha: first },
    });
    expect(ahead.commits.map(({ sha }: { sha: string }) => sha)).toEqual([second]);
    const behind = (await host.api('GET', `${AT}/compare/${second}...${first}`)).body;
    expect(behind).toMatchObject({ status: 'behind', ahead_by: 0, behind_by: 1 });
  });

  test('shows files and folders at a commit, and nothing outside them', async () => {
    const file = (await host.api('GET', `${AT}/contents/package.json?ref=${first}`)).body;
    expect(file).toMatchObject({ type: 'file', path: 'package.json', size: 2, encoding: 'base64' });
    expect(Buffer.from(file.content, 'base64').toString()).toBe('{}');
    const odd = encodeURIComponent('odd\nname "x"');
    expect((await host.api('GET', `${AT}/contents/${odd}`)).body.path).toBe('odd\nname "x"');
    const root = (await host.api('GET', `${AT}/contents/?ref=main`)).body;
    expect(root.map(({ path }: { path: string }) => path)).toContain('package.json');
    for (const path of [
      'absent',
      '..%2F..%2F..%2Fetc%2Fpasswd',
      'package.json%2F..%2Fpackage.json',
      '%2Fetc%2Fpasswd',
      '*',
      '%00',
    ])
      expect((await host.api('GET', `${AT}/contents/${path}?ref=main`)).status, path).toBe(404);
    expect((await host.api('GET', `${AT}/contents/package.json?ref=--help`)).status).toBe(404);
  });

  test.each([
    '/git/acme/shop.js.git/HEAD',
    '/git/acme/shop.js.git/objects/info/packs',
    '/git/acme/shop.js.git/config',
    '/git/acme/../acme/shop.js.git/config',
    '/git/../../etc/x.git/info/refs?service=git-upload-pack',
    '/git/..%2f..%2fetc/x.git/info/refs?service=git-upload-pack',
    '/git/acme/%2e%2e.git/info/refs?service=git-receive-pack',
    '/git/.hooks/x.git/info/refs?service=git-receive-pack',
    '/git/-acme/x.git/info/refs?service=git-receive-pack',
    '/git/acme/x.git.git/info/refs?service=git-receive-pack',
    '/git/acme/none.git/info/refs?service=git-upload-pack',
    '/git/acme/shop.js.git/info/refs?service=git-upload-archive',
    '/git/acme/shop.js.git/info/refs',
    '/api/v3/repos/acme/none',
    '/api/v3/repos/acme/..',
    '/api/v3/repos/..%2F..%2Fx/shop.js',
    '/api/v3/repos/acme/..%2Facme%2Fshop.js',
    '/api/v3/user',
  ])('has nothing at %s', async (path) => {
    expect(await raw('GET', path)).toBe(404);
  });

  test('serves git to nobody who means another host: a page whose name was bent to this machine', async () => {
    const path = '/git/acme/shop.js.git/info/refs?service=git-receive-pack';
    expect(await raw('GET', path, 'evil.example')).toBe(403);
    expect(await raw('GET', path, 'localhost:80')).toBe(200);
  });

  test('makes no repository of a name that GitHub would not take', async () => {
    await expect(tree.git('push', `${host.url}/git/-x/y.git`, 'main')).rejects.toThrow(/not found/);
    await expect(tree.git('push', `${host.url}/git/x/y.git.git`, 'main')).rejects.toThrow(/not found/);
    expect((await host.api('GET', '/repos/x/y.git')).status).toBe(404);
  });

  test('prepares a repository for its first push when a hook or a collaborator is asked for', async () => {
    expect((await host.api('GET', '/repos/new/one')).status).toBe(404);
    expect(await host.api('GET', '/repos/new/one/hooks')).toMatchObject({ status: 200, body: [] });
    expect((await host.api('GET', '/repos/new/one')).body).toMatchObject({ full_name: 'new/one' });
    expect((await host.api('GET', '/repos/new/one/branches/main')).status).toBe(404);
  });

  test('refuses bad input as GitHub does', async () => {
    const status = `${AT}/statuses/${first}`;
    expect((await host.api('POST', status, { state: 'green' })).status).toBe(422);
    expect((await host.api('POST', status, { state: 'success', description: 'x'.repeat(141) })).status).toBe(
      422,
    );
    expect(
      (await host.api('POST', status, { state: 'success', target_url: 'javascript:alert(1)' })).status,
    ).toBe(422);
    const unknown = await host.api('POST', `${AT}/statuses/${'0'.repeat(39)}1`, { state: 'success' });
    expect(unknown).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('No commit found') },
    });
    const json = await fetch(`${host.url}/api/v3${status}`, {
      method: 'POST',
      headers: { authorization: 'Bearer ghp_of-the-test' },
      body: '{',
    });
    expect(json.status).toBe(400);
    const large = { state: 'success', description: 'x'.repeat(2 * 1024 * 1024) };
    expect((await host.api('POST', status, large)).status).toBe(413);
    expect((await host.api('POST', `${AT}/deployments`, { ref: 'none', auto_merge: false })).status).toBe(
      422,
    );
    expect((await host.api('POST', `${AT}/deployments`, { ref: 'main' })).status).toBe(422);
  });

  test('makes no deployment while the checks that it needs are not green', async () => {
    const wish = { ref: second, auto_merge: false, required_contexts: ['ci'] };
    expect((await host.api('POST', `${AT}/deployments`, wish)).status).toBe(409);
    await host.api('POST', `${AT}/statuses/${second}`, { state: 'success', context: 'ci' });
    expect((await host.api('POST', `${AT}/deployments`, wish)).status).toBe(201);
  });

  test('combines the newest status of each context into one', async () => {
    const combined = async () => (await host.api('GET', `${AT}/commits/${first}/status`)).body;
    expect(await combined()).toMatchObject({ state: 'pending', total_count: 0 });
    const post = (context: string, state: string) =>
      host.api('POST', `${AT}/statuses/${first}`, { context, state });
    await post('a', 'failure');
    await post('b', 'success');
    expect(await combined()).toMatchObject({ state: 'failure', total_count: 2 });
    await post('a', 'success');
    expect(await combined()).toMatchObject({ state: 'success', total_count: 2 });
  });

  test('keeps who may reach a repository', async () => {
    const bot = `${AT}/collaborators/deploy-bot`;
    expect((await host.api('GET', bot)).status).toBe(404);
    expect((await host.api('PUT', bot, { permission: 'push' })).status).toBe(204);
    expect((await host.api('GET', `${AT}/collaborators/Deploy-Bot`)).status).toBe(204);
    expect((await host.api('GET', `${AT}/collaborators`)).body).toMatchObject([
      { login: 'deploy-bot', role_name: 'write', permissions: { pull: true, push: true, admin: false } },
    ]);
    expect((await host.api('DELETE', bot)).status).toBe(204);
    expect((await host.api('GET', bot)).status).toBe(404);
  });
});
