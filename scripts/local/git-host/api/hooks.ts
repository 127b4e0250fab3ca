import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { deliveryDetailJson, deliveryJson, hookJson } from '../json/hook.ts';
import type { Hook, HookSettings } from '../records/hooks.ts';
import type { Repository } from '../repositories.ts';
import { pingEvent } from '../webhooks/event/ping.ts';
import { describe, type Host } from './host.ts';
import { notFound, Refusal } from './refusal.ts';
import { type ApiEnv, idParameter, linkNext, pageOf, perPage, readBody } from './request.ts';

const flag = z.union([z.string(), z.number()]).transform((value) => (String(value) === '1' ? '1' : '0'));
const hookChange = z.object({
  name: z.literal('web').default('web'),
  active: z.boolean().optional(),
  events: z
    .array(z.string().regex(/^(\*|[a-z_]+)$/))
    .min(1)
    .optional(),
  config: z
    .object({
      url: z.url({ protocol: /^https?$/ }),
      content_type: z.enum(['json', 'form']).default('form'),
      secret: z.string().min(1).optional(),
      insecure_ssl: flag.default('0'),
    })
    .optional(),
});

/** `/repos/{owner}/{repo}/hooks`, with the delivery log. */
export function hookRoutes(host: Host): Hono<ApiEnv> {
  const { hooks, webhooks, addresses } = host;
  const json = (hook: Hook, repository: Repository) => hookJson(hook, repository, addresses());
  const hookOf = (c: Context<ApiEnv>) => {
    const hook = hooks.find(c.var.repository.id, idParameter(c, 'hook'));
    if (!hook) throw notFound();
    return hook;
  };
  const deliveryOf = (c: Context<ApiEnv>) => {
    const delivery = webhooks.log.find(hookOf(c).id, idParameter(c, 'delivery'));
    if (!delivery) throw notFound();
    return delivery;
  };

  return new Hono<ApiEnv>()
    .get('/', (c) => {
      const page = pageOf(c, hooks.list(c.var.repository.id));
      return c.json(page.map((hook) => json(hook, c.var.repository)));
    })
    .post('/', async (c) => {
      const { repository } = c.var;
      const settings = settingsOf(await readBody(c, hookChange));
      if (hooks.list(repository.id).some((hook) => isSame(hook, settings)))
        throw new Refusal(422, 'Validation Failed', [
          { resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' },
        ]);
      const hook = hooks.create(repository.id, settings);
      await ping(host, hook, repository);
      return c.json(json(hook, repository), 201);
    })
    .get('/:hook', (c) => c.json(json(hookOf(c), c.var.repository)))
    .patch('/:hook', async (c) => {
      const hook = hookOf(c);
      const settings = settingsOf(await readBody(c, hookChange), hook);
      return c.json(json(hooks.update(hook, settings), c.var.repository));
    })
    .delete('/:hook', (c) => {
      hooks.remove(hookOf(c));
      return c.body(null, 204);
    })
    .post('/:hook/pings', async (c) => {
      await ping(host, hookOf(c), c.var.repository);
      return c.body(null, 204);
    })
    .get('/:hook/deliveries', (c) => {
      const size = perPage(c);
      const cursor = Number.parseInt(c.req.query('cursor') ?? '', 10) || undefined;
      const page = webhooks.log.list(hookOf(c).id, size, cursor);
      const last = page.at(-1);
      if (last && page.length === size) linkNext(c, { per_page: String(size), cursor: String(last.id) });
      return c.json(page.map((delivery) => deliveryJson(delivery, c.var.repository)));
    })
    .get('/:hook/deliveries/:delivery', (c) => c.json(deliveryDetailJson(deliveryOf(c), c.var.repository)))
    .post('/:hook/deliveries/:delivery/attempts', (c) => {
      webhooks.redeliver(hookOf(c), deliveryOf(c));
      return c.json({}, 202);
    });
}

/** What a hook becomes. A config is replaced whole: without a secret in it the hook has none, as on GitHub. */
function settingsOf({ config, events, active }: z.output<typeof hookChange>, hook?: Hook): HookSettings {
  const target: Target | undefined = config ? targetOf(config) : hook;
  if (!target)
    throw new Refusal(422, 'Validation Failed', [
      { resource: 'Hook', code: 'missing_field', field: 'config' },
    ]);
  return {
    ...target,
    events: events ?? hook?.events ?? ['push'],
    active: active ?? hook?.active ?? true,
  };
}

type Target = Omit<HookSettings, 'events' | 'active'>;

const targetOf = (config: NonNullable<z.output<typeof hookChange>['config']>): Target => ({
  url: config.url,
  contentType: config.content_type,
  insecureSsl: config.insecure_ssl,
  ...(config.secret === undefined ? {} : { secret: config.secret }),
});

const isSame = (hook: Hook, settings: HookSettings) =>
  hook.url === settings.url && [...hook.events].sort().join() === [...settings.events].sort().join();

async function ping({ webhooks, addresses }: Host, hook: Hook, repository: Repository): Promise<void> {
  const at = addresses();
  webhooks.ping(hook, pingEvent(hook, repository, await describe(repository, at), at));
}
