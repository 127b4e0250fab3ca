import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { branchName, repositoryName } from '../../../shared/domain/app-spec.ts';
import { outcomes } from '../../../shared/domain/change.ts';
import type { ChangeQuery } from '../../../shared/domain/change-query.ts';
import { askerOf, rightsOfAsker } from '../access.ts';
import { noApp, requireApp } from '../app-of.ts';
import { audited, cancelledBy, ofApp } from '../audit.ts';
import { changeAfter, pageOf } from '../cursor.ts';
import type { Needs } from '../needs.ts';
import { invalid } from '../problem.ts';
import type { Rights } from '../rights.ts';
import {
  answers,
  appAddress,
  commit,
  cursor,
  instant,
  jsonBody,
  next,
  person,
  queryNumber,
  querySwitch,
} from '../schemas.ts';
import { changeView, showChange } from '../views/change.ts';
import { noticeView, showNotice } from '../views/notice.ts';
import { cancel, requireChange } from '../wishes/cancel.ts';
import { retry } from '../wishes/retry.ts';

const address = z.object({
  id: z.string().min(1).max(512).describe('As one segment: encoded as encodeURIComponent does.'),
});

const list = createRoute({
  tags: ['Changes'],
  method: 'get',
  path: '/changes',
  summary: 'Changes, newest first: the ledger of what became of everything',
  request: {
    query: z.object({
      app: z.string().optional().describe('<namespace>/<name>'),
      repository: repositoryName.optional(),
      branch: branchName.optional().describe('The whole of its name.'),
      commit: commit.optional(),
      person: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe('Who wrote the commit, caused the Change, or cancelled it.'),
      outcome: z.enum(outcomes).optional(),
      open: querySwitch.optional().describe('true: under way; false: ended.'),
      since: instant.optional().describe('Opened then or later.'),
      until: instant.optional().describe('Opened before that.'),
      limit: queryNumber(1, 100).default(50),
      cursor,
    }),
  },
  responses: answers(
    200,
    'Newest first.',
    z.object({
      changes: z.array(changeView),
      next,
    }),
  ),
});

const show = createRoute({
  tags: ['Changes'],
  method: 'get',
  path: '/changes/{id}',
  summary: 'One Change with its timeline',
  request: { params: address },
  responses: answers(
    200,
    'As it is now.',
    changeView.extend({
      redoneBy: z
        .array(z.string())
        .readonly()
        .describe('Ids of the Changes that did it again, newest first.'),
      told: z.array(noticeView).readonly().describe('Of the last 7 days: who else was told of it.'),
    }),
  ),
});

const retrying = createRoute({
  tags: ['Changes'],
  method: 'post',
  path: '/changes/{id}/retry',
  summary: 'Try a Change again that did not go live; a new Change does it',
  request: { params: address, body: jsonBody(z.strictObject({ by: person })) },
  responses: answers(202, 'The old Change; its verdict stays.', changeView),
});

const cancelling = createRoute({
  tags: ['Changes'],
  method: 'post',
  path: '/changes/{id}/cancel',
  summary: 'End a Change that is under way',
  request: { params: address, body: jsonBody(z.strictObject({ by: person })) },
  responses: answers(200, 'With its verdict.', changeView),
});

export function changes(ports: Needs): OpenAPIHono {
  const { store } = ports;
  return new OpenAPIHono()
    .openapi(list, async (c) => {
      const { app, cursor, limit, ...query } = c.req.valid('query');
      const uid = app === undefined ? undefined : await uidOf(ports, rightsOfAsker(c), app);
      const after = cursor === undefined ? undefined : changeAfter(cursor);
      const found = await store.listChanges(given({ ...query, app: uid, after, limit: limit + 1 }));
      const { shown: all, ...page } = pageOf(found, limit, ({ openedAt: at, id }) => ({ at, id }));
      const shown = await rightsOfAsker(c).among(all, ({ repository }) => repository);
      return c.json({ changes: shown.map((change) => showChange(change)), ...page }, 200);
    })
    .openapi(show, async (c) => {
      const change = await requireChange(ports, c.req.valid('param').id);
      const again = await store.listChanges({ redoes: change.id });
      const told = (await store.listNotices(change.id)).map(showNotice);
      return c.json({ ...showChange(change), redoneBy: again.map(({ id }) => id), told }, 200);
    })
    .openapi(retrying, async (c) => {
      const by = askerOf(c, c.req.valid('json').by);
      const { id } = c.req.valid('param');
      const change = await audited(
        ports,
        c,
        { action: 'retry', by, change: id },
        () => retry(ports, id, by),
        ofApp,
      );
      return c.json(showChange(change), 202);
    })
    .openapi(cancelling, async (c) => {
      const by = askerOf(c, c.req.valid('json').by);
      const { id } = c.req.valid('param');
      const change = await audited(
        ports,
        c,
        { action: 'cancel', by, change: id },
        () => cancel(ports, id, by),
        cancelledBy(by),
      );
      return c.json(showChange(change), 200);
    });
}

/** What is asked for, without what is not. */
const given = (query: { readonly [K in keyof ChangeQuery]: ChangeQuery[K] | undefined }) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as ChangeQuery;

async function uidOf({ cluster }: Needs, rights: Rights, text: string): Promise<string> {
  const [namespace, name, ...rest] = text.split('/');
  const ref = appAddress.safeParse({ namespace, name });
  if (!ref.success || rest.length > 0)
    throw invalid('app', 'must be <namespace>/<name>', 'List the Apps to see which there are.');
  const [app] = await rights.among([await requireApp(cluster, ref.data)], ({ spec }) => spec.repository);
  if (!app) throw noApp(ref.data);
  return app.uid;
}
