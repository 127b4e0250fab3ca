import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { askerOf } from '../access.ts';
import { addressOf, refOf, requireApp } from '../app-of.ts';
import { audited } from '../audit.ts';
import type { Needs } from '../needs.ts';
import { answers, appAddress, jsonBody, person, reason, redeployId, releaseNumber } from '../schemas.ts';
import { shownTime } from '../shown-time.ts';
import { changeView, showChange } from '../views/change.ts';
import { releaseView, showReleases } from '../views/release.ts';
import { activate } from '../wishes/activate.ts';
import { pin } from '../wishes/pin.ts';
import { preconditions } from '../wishes/preconditions.ts';
import { redeploy } from '../wishes/redeploy.ts';
import { standbyWarning } from '../wishes/standby-warning.ts';
import { warm } from '../wishes/warm.ts';

const message = z.object({ message: z.string().describe('What will happen.') });
const path = '/apps/{namespace}/{name}';
const params = appAddress;

const list = createRoute({
  tags: ['Releases'],
  method: 'get',
  path: `${path}/releases`,
  summary: 'The releases that are still there, newest first',
  request: { params },
  responses: answers(200, 'Newest first.', z.object({ releases: z.array(releaseView).readonly() })),
});

const activationView = changeView
  .extend({ warning: z.string().optional().describe('Why it may come to nothing. It is done all the same.') })
  .openapi('Activation');
export type ActivationView = z.output<typeof activationView>;

const activation = createRoute({
  tags: ['Releases'],
  method: 'post',
  path: `${path}/activate`,
  summary: 'Make an earlier release live (rollback); sets a Hold',
  request: {
    params,
    body: jsonBody(
      z.strictObject({
        release: releaseNumber,
        by: person,
        why: reason,
        preconditions: preconditions.optional(),
      }),
    ),
  },
  responses: answers(202, 'The Change that does it.', activationView),
});

const redeployment = createRoute({
  tags: ['Releases'],
  method: 'post',
  path: `${path}/redeploy`,
  summary: 'Run the newest commit anew, as a new release',
  request: {
    params,
    body: jsonBody(
      z.strictObject({ by: person, id: redeployId.optional(), preconditions: preconditions.optional() }),
    ),
  },
  responses: answers(
    202,
    'Written down: a Change of kind redeploy follows.',
    message.extend({ id: z.string() }),
  ),
});

const pinning = createRoute({
  tags: ['Releases'],
  method: 'post',
  path: `${path}/pin`,
  summary: 'Keep a release from the sweep',
  request: { params, body: jsonBody(z.strictObject({ release: releaseNumber, by: person })) },
  responses: answers(200, 'Pinned.', message),
});

const unpinning = createRoute({
  tags: ['Releases'],
  method: 'post',
  path: `${path}/unpin`,
  summary: 'Let the sweep have a release again',
  request: { params, body: jsonBody(z.strictObject({ release: releaseNumber, by: person })) },
  responses: answers(200, 'Not pinned.', message),
});

const warming = createRoute({
  tags: ['Releases'],
  method: 'post',
  path: `${path}/warm`,
  summary: 'Start a release again that the sweep has scaled down, to stand by',
  request: { params, body: jsonBody(z.strictObject({ release: releaseNumber, by: person })) },
  responses: answers(200, 'It is started. What is live stays live.', message),
});

export function releases(ports: Needs): OpenAPIHono {
  const { cluster } = ports;
  return new OpenAPIHono()
    .openapi(list, async (c) => {
      const app = await requireApp(cluster, c.req.valid('param'));
      return c.json({ releases: await showReleases(ports, app) }, 200);
    })
    .openapi(activation, async (c) => {
      const { release, why = '', preconditions, ...wish } = c.req.valid('json');
      const by = askerOf(c, wish.by);
      const ref = c.req.valid('param');
      const deed = { action: 'activate', by, app: ref, details: { release: `r${release}`, why } };
      const change = await audited(ports, c, deed, () =>
        activate(ports, ref, { release, by, why }, preconditions),
      );
      const warning = await standbyWarning(ports, change, release);
      return c.json({ ...showChange(change), ...(warning === undefined ? {} : { warning }) }, 202);
    })
    .openapi(redeployment, async (c) => {
      const { preconditions, ...wish } = c.req.valid('json');
      const by = askerOf(c, wish.by);
      const ref = c.req.valid('param');
      const { app, id } = await audited(
        ports,
        c,
        { action: 'redeploy', by, app: ref },
        () => redeploy(ports, ref, { ...wish, by }, preconditions),
        ({ id }) => ({ details: { id } }),
      );
      const held = app.spec.hold ? ` It waits: ${app.spec.hold.by} holds the App.` : '';
      return c.json({ id, message: `${addressOf(app)} is deployed anew.${held}` }, 202);
    })
    .openapi(pinning, async (c) => {
      const { release, ...wish } = c.req.valid('json');
      const by = askerOf(c, wish.by);
      const ref = refOf(c.req.valid('param'));
      const deed = { action: 'pin', by, app: ref, details: { release: `r${release}` } };
      await audited(ports, c, deed, () => pin(ports, ref, release, by));
      return c.json({ message: `The sweep leaves r${release} alone until it is unpinned.` }, 200);
    })
    .openapi(unpinning, async (c) => {
      const { release, ...wish } = c.req.valid('json');
      const by = askerOf(c, wish.by);
      const ref = refOf(c.req.valid('param'));
      const deed = { action: 'unpin', by, app: ref, details: { release: `r${release}` } };
      await audited(ports, c, deed, () => pin(ports, ref, release, null));
      return c.json({ message: `The sweep may have r${release} when its time is over.` }, 200);
    })
    .openapi(warming, async (c) => {
      const { release, ...wish } = c.req.valid('json');
      const by = askerOf(c, wish.by);
      const ref = refOf(c.req.valid('param'));
      const deed = { action: 'warm', by, app: ref, details: { release: `r${release}` } };
      const { until } = await audited(ports, c, deed, () => warm(ports, ref, release));
      return c.json(
        { message: `r${release} is started again, and stands by until ${shownTime(until)}.` },
        200,
      );
    });
}
