import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { findCommit } from '../git/commits.ts';
import { deploymentJson, deploymentStatusJson } from '../json/deployment.ts';
import { TOKEN_OWNER } from '../json/user.ts';
import { deploymentStates } from '../records/deployments.ts';
import { deploymentEvent, deploymentStatusEvent, isAnnounced } from '../webhooks/event/deployment.ts';
import { describe, type Host } from './host.ts';
import { notFound, Refusal } from './refusal.ts';
import { type ApiEnv, idParameter, pageOf, readBody } from './request.ts';

const description = z
  .string()
  .refine((text) => [...text].length <= 140, 'is too long (maximum is 140 characters)');
const url = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]);

const newDeployment = z.object({
  ref: z.string().min(1),
  task: z.string().min(1).max(128).default('deploy'),
  // This host merges nothing, and GitHub does unless it is told not to.
  auto_merge: z.literal(false, 'must be false: this host does not merge'),
  required_contexts: z.array(z.string()).optional(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default({}),
  environment: z.string().min(1).max(255).default('production'),
  description: description.nullish(),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
});

const newStatus = z.object({
  state: z.enum(deploymentStates),
  target_url: url.optional(),
  log_url: url.optional(),
  environment_url: url.default(''),
  environment: z.string().min(1).max(255).optional(),
  description: description.default(''),
  auto_inactive: z.boolean().default(true),
});

/** `/repos/{owner}/{repo}/deployments` and their statuses. */
export function deploymentRoutes(host: Host): Hono<ApiEnv> {
  const { deployments, webhooks, addresses } = host;
  const deploymentOf = (c: Context<ApiEnv>) => {
    const deployment = deployments.find(c.var.repository.id, idParameter(c, 'deployment'));
    if (!deployment) throw notFound();
    return deployment;
  };

  return new Hono<ApiEnv>()
    .get('/', (c) => {
      const { sha, ref, task, environment } = c.req.query();
      const filter = { ...(sha && { sha }), ...(ref && { ref }), ...(task && { task }) };
      const found = deployments.list(c.var.repository.id, { ...filter, ...(environment && { environment }) });
      return c.json(pageOf(c, found).map((one) => deploymentJson(one, c.var.repository, addresses())));
    })
    .post('/', async (c) => {
      const { repository } = c.var;
      const body = await readBody(c, newDeployment);
      const sha = await findCommit(repository.folder, body.ref);
      if (!sha) throw new Refusal(422, `No ref found for: ${body.ref}`);
      requireContexts(host, repository.id, sha, body.required_contexts);
      const deployment = deployments.create(repository.id, {
        sha,
        ref: body.ref,
        task: body.task,
        environment: body.environment,
        description: body.description ?? null,
        payload: body.payload,
        transient: body.transient_environment,
        production: body.production_environment ?? body.environment === 'production',
        creator: TOKEN_OWNER,
      });
      const event = deploymentEvent(
        deployment,
        repository,
        await describe(repository, addresses()),
        addresses(),
      );
      webhooks.send(repository.id, 'deployment', event);
      return c.json(event.deployment, 201);
    })
    .get('/:deployment', (c) => c.json(deploymentJson(deploymentOf(c), c.var.repository, addresses())))
    .get('/:deployment/statuses', (c) => {
      const deployment = deploymentOf(c);
      const page = pageOf(c, deployments.listStatuses(deployment));
      return c.json(page.map((one) => deploymentStatusJson(one, deployment, c.var.repository, addresses())));
    })
    .post('/:deployment/statuses', async (c) => {
      const { repository } = c.var;
      const deployment = deploymentOf(c);
      const body = await readBody(c, newStatus);
      if (body.auto_inactive && body.state === 'success')
        throw new Refusal(
          422,
          'auto_inactive must be false: this host makes no deployment inactive by itself',
        );
      const status = deployments.addStatus(deployment, {
        state: body.state,
        description: body.description,
        environment: body.environment ?? deployment.environment,
        logUrl: body.log_url ?? body.target_url ?? '',
        environmentUrl: body.environment_url,
        creator: TOKEN_OWNER,
      });
      if (isAnnounced(status)) {
        const json = await describe(repository, addresses());
        const event = deploymentStatusEvent(status, deployment, repository, json, addresses());
        webhooks.send(repository.id, 'deployment_status', event);
      }
      return c.json(deploymentStatusJson(status, deployment, repository, addresses()), 201);
    });
}

/** The contexts that must be green before; all that there are where none is named. */
function requireContexts(
  { statuses }: Host,
  repository: number,
  sha: string,
  named?: readonly string[],
): void {
  const current = new Map(statuses.current(repository, sha).map(({ context, state }) => [context, state]));
  const failing = [...(named ?? current.keys())].filter((context) => current.get(context) !== 'success');
  if (failing.length > 0)
    throw new Refusal(
      409,
      `Conflict: Commit status checks failed for ${sha}.`,
      failing.map((context) => ({ context })),
    );
}
