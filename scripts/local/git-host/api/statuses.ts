import { Hono } from 'hono';
import { z } from 'zod';
import { branchesWith, findCommit, readCommit } from '../git/commits.ts';
import { combinedStatusJson, statusJson } from '../json/status.ts';
import { TOKEN_OWNER } from '../json/user.ts';
import type { Status } from '../records/statuses.ts';
import type { Repository } from '../repositories.ts';
import { statusEvent } from '../webhooks/event/status.ts';
import { commitOf } from './commit-of.ts';
import { describe, type Host } from './host.ts';
import { Refusal } from './refusal.ts';
import { type ApiEnv, pageOf, readBody } from './request.ts';

/** As many branches as GitHub names in a status event. */
const MOST_BRANCHES = 10;

const newStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  target_url: z.url({ protocol: /^https?$/ }).nullish(),
  description: z
    .string()
    .refine((text) => [...text].length <= 140, 'is too long (maximum is 140 characters)')
    .nullish(),
  context: z.string().min(1).max(255).default('default'),
});

/** Commit statuses: `/statuses/{sha}`, `/commits/{ref}/statuses`, `/commits/{ref}/status`. */
export function statusRoutes(host: Host): Hono<ApiEnv> {
  const { statuses, addresses } = host;
  return new Hono<ApiEnv>()
    .post('/statuses/:sha', async (c) => {
      const { repository } = c.var;
      const sha = c.req.param('sha');
      const body = await readBody(c, newStatus);
      if (!/^[0-9a-f]{40}$/.test(sha) || !(await findCommit(repository.folder, sha)))
        throw new Refusal(422, `No commit found for SHA: ${sha}`);
      const status = statuses.create(repository.id, {
        sha,
        context: body.context,
        state: body.state,
        description: body.description ?? null,
        targetUrl: body.target_url ?? null,
        creator: TOKEN_OWNER,
      });
      await announce(host, repository, status);
      return c.json(statusJson(status, repository, addresses()), 201);
    })
    .get('/commits/:ref/statuses', async (c) => {
      const sha = await commitOf(c.var.repository, c.req.param('ref'));
      const page = pageOf(c, statuses.list(c.var.repository.id, sha));
      return c.json(page.map((status) => statusJson(status, c.var.repository, addresses())));
    })
    .get('/commits/:ref/status', async (c) => {
      const { repository } = c.var;
      const sha = await commitOf(repository, c.req.param('ref'));
      const current = statuses.current(repository.id, sha);
      return c.json(combinedStatusJson(sha, current, pageOf(c, current), repository, addresses()));
    });
}

async function announce(
  { webhooks, addresses }: Host,
  repository: Repository,
  status: Status,
): Promise<void> {
  if (!webhooks.wanted(repository.id, 'status')) return;
  const { id, folder } = repository;
  const [commit, branches, json] = await Promise.all([
    readCommit(folder, status.sha),
    branchesWith(folder, status.sha, MOST_BRANCHES),
    describe(repository, addresses()),
  ]);
  const event = statusEvent({ status, commit, branches, repository }, json, addresses());
  webhooks.send(id, 'status', event);
}
