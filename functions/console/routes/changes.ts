import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { ownEvent } from '../../../shared/domain/events.ts';
import { requireApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { invalid, refusal } from '../problem.ts';
import {
  answers,
  appAddress,
  commit,
  jsonBody,
  orUnknown,
  person,
  queryNumber,
  querySwitch,
} from '../schemas.ts';
import { changeView, showChange } from '../views/change.ts';
import { cancel, requireChange } from '../wishes/cancel.ts';

const address = z.object({
  id: z.string().min(1).max(512).describe('As one segment: encoded as encodeURIComponent does.'),
});

const list = createRoute({
  method: 'get',
  path: '/changes',
  summary: 'Changes, newest first',
  request: {
    query: z.object({
      app: z.string().optional().describe('<namespace>/<name>'),
      commit: commit.optional(),
      open: querySwitch.optional().describe('true: under way; false: ended.'),
      limit: queryNumber(1, 100).default(50),
    }),
  },
  responses: answers(200, 'Newest first.', z.object({ changes: z.array(changeView) })),
});

const show = createRoute({
  method: 'get',
  path: '/changes/{id}',
  summary: 'One Change with its timeline',
  request: { params: address },
  responses: answers(200, 'As it is now.', changeView),
});

const retrying = createRoute({
  method: 'post',
  path: '/changes/{id}/retry',
  summary: 'Try a Change again that did not go live; a new Change does it',
  request: { params: address, body: jsonBody(z.strictObject({ by: person })) },
  responses: answers(202, 'The old Change; its verdict stays.', changeView),
});

const cancelling = createRoute({
  method: 'post',
  path: '/changes/{id}/cancel',
  summary: 'End a Change that is under way',
  request: { params: address, body: jsonBody(z.strictObject({ by: person })) },
  responses: answers(200, 'With its verdict.', changeView),
});

const mayBeRetried: readonly string[] = ['failed', 'cancelled', 'skipped', 'refused'];

export function changes(ports: Needs): OpenAPIHono {
  const { events, log, store } = ports;
  return new OpenAPIHono()
    .openapi(list, async (c) => {
      const { app, ...query } = c.req.valid('query');
      const uid = app === undefined ? undefined : await uidOf(ports, app);
      const found = await store.listChanges({
        limit: query.limit,
        ...(uid === undefined ? {} : { app: uid }),
        ...(query.commit === undefined ? {} : { commit: query.commit }),
        ...(query.open === undefined ? {} : { open: query.open }),
      });
      return c.json({ changes: found.map(showChange) }, 200);
    })
    .openapi(show, async (c) => {
      return c.json(showChange(await requireChange(ports, c.req.valid('param').id)), 200);
    })
    .openapi(retrying, async (c) => {
      const change = await requireChange(ports, c.req.valid('param').id);
      if (!change.verdict) throw refusal(409, `It is still under way: ${change.state}. Cancel it first.`);
      if (!mayBeRetried.includes(change.verdict.outcome)) {
        throw refusal(
          409,
          `It has ended, ${change.reason}: there is nothing to try again. Use redeploy to run the commit anew.`,
        );
      }
      if (change.kind === 'rollback') {
        // The wish is the Hold's, and that went with the verdict: only activate writes it anew.
        throw refusal(409, `A rollback is asked for, not retried. Activate r${change.release} again.`);
      }
      const by = orUnknown(c.req.valid('json').by);
      await events.emit(ownEvent('dev.cite.retry.requested', { change: change.id, by }));
      log.info({ audit: 'retry', change: change.id, by }, 'retry requested');
      return c.json(showChange(change), 202);
    })
    .openapi(cancelling, async (c) => {
      const by = orUnknown(c.req.valid('json').by);
      const change = await cancel(ports, c.req.valid('param').id, by);
      log.info({ audit: 'cancel', change: change.id, by }, 'cancelled');
      return c.json(showChange(change), 200);
    });
}

async function uidOf({ cluster }: Needs, text: string): Promise<string> {
  const [namespace, name, ...rest] = text.split('/');
  const ref = appAddress.safeParse({ namespace, name });
  if (!ref.success || rest.length > 0)
    throw invalid('app', 'must be <namespace>/<name>', 'List the Apps to see which there are.');
  return (await requireApp(cluster, ref.data)).uid;
}
