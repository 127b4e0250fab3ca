import { Hono } from 'hono';
import {
  branchHead,
  branchHeads,
  type Commit,
  commitsBetween,
  findCommit,
  readCommit,
} from '../git/commits.ts';
import { compareCommits } from '../git/comparison.ts';
import { entriesOf, entryAt, readBlob } from '../git/tree.ts';
import { commitJson } from '../json/commit.ts';
import { contentJson } from '../json/content.ts';
import { repositoryUrl } from '../json/repository.ts';
import { defaultBranch, type Repository } from '../repositories.ts';
import { commitOf } from './commit-of.ts';
import { describe, type Host } from './host.ts';
import { notFound, Refusal } from './refusal.ts';
import { type ApiEnv, pageOf, perPage } from './request.ts';

/** GitHub shows that many commits of a comparison where no page is asked for. */
const COMPARED_COMMITS = 250;
/** What is larger is not shown as JSON. */
const MOST_CONTENT_BYTES = 1024 * 1024;

/** What a repository is and holds: itself, branches, commits, comparisons, files. */
export function sourceRoutes({ addresses }: Host): Hono<ApiEnv> {
  const json = (commit: Commit, repository: Repository) => commitJson(commit, repository, addresses());

  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await describe(c.var.repository, addresses())))
    .get('/branches', async (c) => {
      const url = repositoryUrl(c.var.repository, addresses());
      const page = pageOf(c, [...(await branchHeads(c.var.repository.folder))]);
      return c.json(
        page.map(([name, sha]) => ({
          name,
          commit: { sha, url: `${url}/commits/${sha}` },
          protected: false,
        })),
      );
    })
    .get('/branches/:branch{[\\s\\S]+}', async (c) => {
      const { repository } = c.var;
      const name = c.req.param('branch');
      const sha = await branchHead(repository.folder, name);
      if (!sha) throw new Refusal(404, 'Branch not found');
      const commit = json(await readCommit(repository.folder, sha), repository);
      const self = `${repositoryUrl(repository, addresses())}/branches/${encodeURIComponent(name)}`;
      return c.json({ name, commit, _links: { self, html: commit.html_url }, protected: false });
    })
    .get('/commits/:ref{[\\s\\S]+}', async (c) => {
      const { repository } = c.var;
      const sha = await commitOf(repository, c.req.param('ref'));
      return c.json(json(await readCommit(repository.folder, sha), repository));
    })
    .get('/compare/:basehead{[\\s\\S]+}', async (c) => {
      const { repository } = c.var;
      const { folder } = repository;
      const [baseName = '', headName = ''] = c.req.param('basehead').split('...', 2);
      const [base, head] = [await findCommit(folder, baseName), await findCommit(folder, headName)];
      if (!base || !head) throw notFound();
      const comparison = await compareCommits(folder, base, head);
      if (!comparison) throw new Refusal(404, `No common ancestor between ${baseName} and ${headName}.`);
      const url = `${repositoryUrl(repository, addresses())}/compare/${base}...${head}`;
      const size = perPage(c, COMPARED_COMMITS);
      const ahead = await commitsBetween(folder, { include: [head], exclude: [base] }, size);
      return c.json({
        url,
        base_commit: json(await readCommit(folder, base), repository),
        merge_base_commit: json(await readCommit(folder, comparison.mergeBase), repository),
        status: comparison.status,
        ahead_by: comparison.aheadBy,
        behind_by: comparison.behindBy,
        total_commits: comparison.aheadBy,
        commits: ahead.map((commit) => json(commit, repository)),
      });
    })
    .on('GET', ['/contents', '/contents/:path{[\\s\\S]*}'], async (c) => {
      const { repository } = c.var;
      const ref = c.req.query('ref') || (await defaultBranch(repository.folder));
      const commit = await findCommit(repository.folder, ref);
      const path = (c.req.param('path') ?? '').replace(/\/+$/, '');
      const entry = commit && (await entryAt(repository.folder, commit, path));
      if (!entry) throw notFound();
      if (entry.type === 'tree') {
        const entries = await entriesOf(repository.folder, entry.sha);
        const whole = entries.map((one) => ({
          ...one,
          path: path === '' ? one.path : `${path}/${one.path}`,
        }));
        return c.json(whole.map((one) => contentJson(one, ref, repository, addresses())));
      }
      const file = contentJson(entry, ref, repository, addresses());
      if (entry.type === 'commit') return c.json(file);
      if (entry.size > MOST_CONTENT_BYTES) return c.json({ ...file, encoding: 'none', content: '' });
      const content = (await readBlob(repository.folder, entry.sha)).toString('base64');
      return c.json({ ...file, encoding: 'base64', content: content.replace(/.{60}/g, '$&\n') });
    });
}
