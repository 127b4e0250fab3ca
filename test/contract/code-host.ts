import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidError } from '../../shared/domain/errors.ts';
import type { CodeHost, CommitStatus, DeploymentReport, HookDelivery } from '../../shared/ports/code-host.ts';

/** A code host with a repository that the suite may push to, and eyes on what the port has no words to read. */
export interface CodeHostWorld {
  readonly codeHost: CodeHost;
  readonly repository: string;
  /** Commits these files on top of `parent` (none: a history of its own) and makes it the head of the branch. */
  push(change: PushedChange): Promise<string>;
  deleteBranch(branch: string): Promise<void>;
  webhooks(): Promise<readonly { url: string; events: readonly string[]; hasSecret: boolean }[]>;
  /** What a person does to the webhook of this address. */
  meddle(url: string, change: { active?: boolean; events?: readonly string[]; secret?: '' }): Promise<void>;
  /** Where a webhook is answered with 500, until it is said to be well; and who was told of there, in order. */
  readonly receiver: { readonly url: string; well(): void; received(): readonly string[] };
  deployments(): Promise<readonly { task: string; commit: string; states: readonly string[] }[]>;
  collaborators(): Promise<readonly string[]>;
  /** Clones as a build does. */
  clone(url: string, credential: string | undefined, commit: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface PushedChange {
  readonly branch: string;
  readonly parent?: string;
  readonly message?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** What every adapter of the CodeHost port holds to: the doc comments of shared/ports/code-host.ts, as tests. */
export function codeHostContract(name: string, open: () => Promise<CodeHostWorld>): void {
  describe(name, () => {
    let opened: CodeHostWorld | undefined;
    let first: string;
    const world = () => {
      if (!opened) throw new Error('the world was not opened');
      return opened;
    };
    const host = () => world().codeHost;
    const repository = () => world().repository;

    beforeAll(async () => {
      opened = await open();
      first = await world().push({ branch: 'main', message: 'first', files: { 'app/index.js': '1' } });
    });
    afterAll(() => opened?.close());

    describe('branches', () => {
      test('have a head with its message and author', async () => {
        expect(await host().branchHead(repository(), 'main')).toEqual({
          sha: first,
          message: 'first',
          author: 'Ada Lovelace',
        });
      });

      test.each(['feature/with/slashes', '100%2Fdone', 'a#b&c=d', "quote'$(x)`;|", 'ünïcödé-🚀'])(
        'are found by their whole name: %s',
        async (branch) => {
          const sha = await world().push({ branch, parent: first });
          expect((await host().branchHead(repository(), branch))?.sha).toBe(sha);
        },
      );

      test('carry messages of many lines, quotes and other scripts unharmed', async () => {
        const message = 'a "quote" \' $(x)\n\nsecond\tline – ünïcödé 🚀';
        const branch = 'message';
        await world().push({ branch, parent: first, message });
        expect((await host().branchHead(repository(), branch))?.message).toBe(message);
      });

      test('follow a force-push, a deletion and a new start', async () => {
        const branch = 'moving';
        await world().push({ branch, parent: first });
        const other = await world().push({ branch, parent: first, message: 'instead' });
        expect((await host().branchHead(repository(), branch))?.sha).toBe(other);
        await world().deleteBranch(branch);
        expect(await host().branchHead(repository(), branch)).toBeUndefined();
        const again = await world().push({ branch, parent: first, message: 'again' });
        expect((await host().branchHead(repository(), branch))?.sha).toBe(again);
      });

      test.each([
        'none',
        'x',
        'feature',
        '--upload-pack=x',
        '..',
        '../..',
        'a..b',
        'main~1',
        'line\nbreak',
        '',
        '\0',
      ])('that are not there, or cannot be, have no head: %j', async (branch) => {
        expect(await host().branchHead(repository(), branch)).toBeUndefined();
      });

      test('of a repository that is not there have no head, and it no default branch', async () => {
        expect(await host().branchHead('nobody-of-that-name/none', 'main')).toBeUndefined();
        expect(await host().defaultBranch('nobody-of-that-name/none')).toBeUndefined();
      });

      test('are listed by their whole names, as many as are asked for, and not those that are gone', async () => {
        for (const branch of ['listed/one', 'listed/two', 'listed/gone'])
          await world().push({ branch, parent: first });
        await world().deleteBranch('listed/gone');
        const all = await host().branches(repository(), 100);
        expect(all).toEqual(expect.arrayContaining(['main', 'listed/one', 'listed/two']));
        expect(all).not.toContain('listed/gone');
        expect(all).toHaveLength(new Set(all).size);
        expect(await host().branches(repository(), 2)).toHaveLength(2);
        expect(await host().branches('nobody-of-that-name/none', 100)).toEqual([]);
      });

      test('have a default one', async () => {
        expect(await host().defaultBranch(repository())).toBe('main');
      });
    });

    test.each(['x', '../x', 'a/..', 'a/b/c', 'a/b?c', 'a b/c', '-a/b', ''])(
      'refuses %j, which cannot be a repository, before it asks anybody',
      async (bad) => {
        await expect(host().branchHead(bad, 'main')).rejects.toThrow(InvalidError);
        await expect(host().cloneSource(bad)).rejects.toThrow(InvalidError);
        await expect(host().removeWebhook(bad, 'http://127.0.0.1:1/')).rejects.toThrow(InvalidError);
      },
    );

    describe('ancestry', () => {
      test('is told from base to head', async () => {
        const second = await world().push({ branch: 'line', parent: first });
        const side = await world().push({ branch: 'side', parent: first });
        const compare = (base: string, head: string) => host().compare(repository(), base, head);
        expect(await compare(first, second)).toBe('ahead');
        expect(await compare(second, first)).toBe('behind');
        expect(await compare(second, second)).toBe('identical');
        expect(await compare(second, side)).toBe('diverged');
      });

      test('of histories that have nothing in common is diverged', async () => {
        const alone = await world().push({ branch: 'alone', message: 'no parent', files: { other: '' } });
        expect(await host().compare(repository(), first, alone)).toBe('diverged');
      });

      test('of commits that a force-push left behind is still told', async () => {
        const left = await world().push({ branch: 'forced', parent: first, message: 'left' });
        const head = await world().push({ branch: 'forced', parent: first, message: 'head' });
        expect(await host().compare(repository(), left, head)).toBe('diverged');
      });

      test.each(['0'.repeat(39).concat('1'), 'none', '--help', '..', 'x...y', 'line\nbreak'])(
        'is unknown where one of them is not there: %j',
        async (missing) => {
          expect(await host().compare(repository(), first, missing)).toBe('unknown');
          expect(await host().compare(repository(), missing, first)).toBe('unknown');
        },
      );
    });

    describe('paths', () => {
      test('are there at a commit, or not', async () => {
        const odd = 'we "quote"\nand $(break) ü';
        const branch = 'paths';
        const later = await world().push({
          branch,
          parent: first,
          files: { [odd]: '', '--help': '', 'd/e/f': '' },
        });
        const exists = (path: string, commit = later) => host().pathExists(repository(), commit, path);
        for (const path of ['app', 'app/', './app/index.js', 'd/e/f', odd, '--help', '.', ''])
          expect(await exists(path), path).toBe(true);
        expect(await exists('d/e/f', first)).toBe(false);
        for (const path of ['none', 'ap', 'app/*', '..', 'app/../app', '../../etc/passwd', '/etc', 'a\0b'])
          expect(await exists(path), path).toBe(false);
      });
    });

    test('gives builds an address that they can clone a commit from', async () => {
      const sha = await world().push({ branch: 'cloned', parent: first, files: { 'cloned.txt': '' } });
      const { url, credential } = await host().cloneSource(repository());
      expect(url).toMatch(new RegExp(`/${repository()}\\.git$`));
      expect(await world().clone(url, credential, sha)).toContain('cloned.txt');
    });

    describe('statuses', () => {
      const status = (context: string, state: CommitStatus['state'], description = ''): CommitStatus => ({
        context,
        state,
        description,
      });
      const byContext = async (sha: string) =>
        new Map((await host().statuses(repository(), sha)).map((one) => [one.context, one]));

      test('are the newest of every context', async () => {
        const sha = await world().push({ branch: 'statuses', parent: first });
        expect(await host().statuses(repository(), sha)).toEqual([]);
        await host().setStatus(repository(), sha, status('cite', 'pending', 'building'));
        await host().setStatus(repository(), sha, {
          ...status('ci "x"\n', 'error'),
          targetUrl: 'http://ci.example/1',
        });
        await host().setStatus(repository(), sha, status('cite', 'success', 'live as r1 – ünïcödé 🚀'));
        expect(await byContext(sha)).toEqual(
          new Map([
            ['cite', { ...status('cite', 'success', 'live as r1 – ünïcödé 🚀'), at: expect.any(Date) }],
            [
              'ci "x"\n',
              { ...status('ci "x"\n', 'error'), targetUrl: 'http://ci.example/1', at: expect.any(Date) },
            ],
          ]),
        );
      });

      test('are all found where there are more than a page of them', async () => {
        const sha = await world().push({ branch: 'many-statuses', parent: first });
        const contexts = Array.from({ length: 130 }, (_, n) => `context ${n}`);
        for (const context of contexts) await host().setStatus(repository(), sha, status(context, 'success'));
        expect([...(await byContext(sha)).keys()].sort()).toEqual(contexts.sort());
      });

      test('have a description of at most 140 characters, cut where it is longer', async () => {
        const sha = await world().push({ branch: 'long', parent: first });
        await host().setStatus(repository(), sha, status('cite', 'failure', '🚀'.repeat(200)));
        const description = (await byContext(sha)).get('cite')?.description ?? '';
        expect(description).toBe(`${'🚀'.repeat(139)}…`);
      });

      test('of a commit that is not there are refused for good', async () => {
        const missing = `${'0'.repeat(39)}1`;
        await expect(host().setStatus(repository(), missing, status('cite', 'success'))).rejects.toThrow(
          InvalidError,
        );
        for (const hostile of ['..', 'main', '../../x', first.slice(0, 39)])
          await expect(host().setStatus(repository(), hostile, status('cite', 'success'))).rejects.toThrow(
            InvalidError,
          );
      });
    });

    describe('deployments', () => {
      test('are one per Release, however often and in which state it is reported', async () => {
        const commit = await world().push({ branch: 'deployed', parent: first });
        const report = (
          task: string,
          state: DeploymentReport['state'],
          more: Partial<DeploymentReport> = {},
        ) =>
          host().reportDeployment({
            repository: repository(),
            commit,
            task,
            environment: 'acme/shop',
            state,
            description: 'd'.repeat(200),
            ...more,
          });
        await report('acme/shop/r1', 'in_progress', { logUrl: 'http://cite.example/log' });
        await report('acme/shop/r1', 'in_progress');
        await report('acme/shop/r1', 'success', { environmentUrl: 'http://shop.example' });
        await report('acme/shop/r2', 'failure');
        await report('acme/shop/r1', 'inactive');
        const deployments = (await world().deployments()).filter((one) => one.commit === commit);
        expect(deployments.length).toBe(2);
        const states = new Map(deployments.map((one) => [one.task, one.states]));
        expect(states.get('acme/shop/r1')).toEqual(['in_progress', 'in_progress', 'success', 'inactive']);
        expect(states.get('acme/shop/r2')).toEqual(['failure']);
      });

      test('are made of a commit whose checks are red: the platform has judged them', async () => {
        const commit = await world().push({ branch: 'red', parent: first });
        await host().setStatus(repository(), commit, { context: 'ci', state: 'failure', description: '' });
        const task = 'acme/shop/r3';
        await host().reportDeployment({
          repository: repository(),
          commit,
          task,
          environment: 'acme/shop',
          state: 'success',
          description: '',
        });
        expect((await world().deployments()).map((one) => one.task)).toContain(task);
      });
    });

    describe('webhooks', () => {
      const at = (path: string) => `http://127.0.0.1:1/${path}`;
      const known = async (path: string) => (await world().webhooks()).filter(({ url }) => url === at(path));

      test('are one per address, brought in line when asked for again', async () => {
        const hook = { url: at('one'), secret: 'first' };
        await host().ensureWebhook(repository(), { ...hook, events: ['push'] });
        await host().ensureWebhook(repository(), { ...hook, secret: 'second', events: ['push', 'status'] });
        await host().ensureWebhook(repository(), { url: at('two'), secret: 's', events: ['push'] });
        expect(await known('one')).toEqual([{ url: at('one'), events: ['push', 'status'], hasSecret: true }]);
        expect((await known('two')).length).toBe(1);
      });

      test('tell what was not as it should be, once', async () => {
        const hook = { url: at('meddled'), secret: 'ours', events: ['push', 'status'] };
        const ensure = () => host().ensureWebhook(repository(), hook);
        expect(await ensure()).toEqual(['not there']);
        expect(await ensure()).toEqual([]);
        await world().meddle(hook.url, { active: false });
        expect(await ensure()).toEqual(['inactive']);
        await world().meddle(hook.url, { events: ['push'], secret: '' });
        expect(await ensure()).toEqual(['other events', 'no secret']);
        expect(await ensure()).toEqual([]);
        expect(await known('meddled')).toEqual([
          { url: hook.url, events: ['push', 'status'], hasSecret: true },
        ]);
      });

      test('are removed by address, and removing what is not there succeeds', async () => {
        await host().ensureWebhook(repository(), { url: at('kept'), secret: 's', events: ['push'] });
        await host().ensureWebhook(repository(), { url: at('gone'), secret: 's', events: ['push'] });
        await host().removeWebhook(repository(), at('gone'));
        await host().removeWebhook(repository(), at('gone'));
        expect(await known('gone')).toEqual([]);
        expect((await known('kept')).length).toBe(1);
      });
    });

    describe('deliveries', () => {
      const list = (url: string, since = new Date(0)) => host().listHookDeliveries(repository(), url, since);
      const until = async (url: string, isSo: (delivery: HookDelivery) => boolean) => {
        for (;;) {
          const found = (await list(url)).find((one) => one.event === 'push' && isSo(one));
          if (found) return found;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };

      test('are listed with how they were answered, and sent again with the same GUID', async () => {
        const { url, well, received } = world().receiver;
        await host().ensureWebhook(repository(), { url, secret: 's', events: ['push'] });
        await world().push({ branch: 'told', parent: first });
        const failed = await until(url, ({ answer }) => answer === 500);
        expect(failed).toMatchObject({
          id: expect.stringMatching(/^\d+\/[\w-]+$/),
          attempt: expect.stringMatching(/^\d+$/),
          delivered: false,
        });
        expect(failed.firstAt).toEqual(failed.lastAt);
        expect(await list(url, new Date(failed.lastAt.getTime() + 1000))).toEqual([]);
        well();
        await host().redeliver(repository(), failed);
        const again = await until(url, ({ delivered }) => delivered);
        expect(again).toMatchObject({ id: failed.id, answer: 202, firstAt: failed.firstAt });
        expect(again.attempt).not.toBe(failed.attempt);
        expect((await list(url)).filter(({ event }) => event === 'push')).toHaveLength(1);
        expect(received()).toEqual([failed.id, failed.id]);
      });

      test('that nobody answered say so', async () => {
        const url = 'http://127.0.0.1:1/nobody';
        await host().ensureWebhook(repository(), { url, secret: 's', events: ['push'] });
        await world().push({ branch: 'untold', parent: first });
        expect(await until(url, () => true)).toMatchObject({ delivered: false, answer: 0 });
      });

      test('of a webhook that is not there are none, and none can be sent again', async () => {
        expect(await list('http://127.0.0.1:1/no-such-hook')).toEqual([]);
        for (const delivery of [
          { id: '999999/none', attempt: '1' },
          { id: '../..', attempt: '1' },
          { id: '1/guid', attempt: '../x' },
        ])
          await expect(host().redeliver(repository(), delivery), delivery.id).rejects.toThrow(InvalidError);
      });
    });

    test('where no limit of requests is set, none is told', async () => {
      expect(await host().rateLimit()).toBeUndefined();
    });

    test('collaborators are added and removed, again and again', async () => {
      await host().ensureCollaborator(repository(), 'deploy-bot');
      await host().ensureCollaborator(repository(), 'deploy-bot');
      expect(await world().collaborators()).toEqual(['deploy-bot']);
      await host().removeCollaborator(repository(), 'deploy-bot');
      await host().removeCollaborator(repository(), 'deploy-bot');
      expect(await world().collaborators()).toEqual([]);
    });

    test.each(['..', '../..', 'a/b', 'a b', ''])('refuses %j, which cannot be a user', async (user) => {
      await expect(host().ensureCollaborator(repository(), user)).rejects.toThrow(InvalidError);
      // `DELETE …/collaborators/..` would be the repository itself.
      await expect(host().removeCollaborator(repository(), user)).rejects.toThrow(InvalidError);
      expect(await host().defaultBranch(repository())).toBe('main');
    });
  });
}
