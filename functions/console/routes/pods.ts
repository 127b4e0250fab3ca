import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { requireApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { answers, appAddress } from '../schemas.ts';
import { podsView, showPods } from '../views/pods.ts';

const list = createRoute({
  tags: ['Apps'],
  method: 'get',
  path: '/apps/{namespace}/{name}/pods',
  summary: 'The pods of an App, where its requests go, and what the cluster says is wrong',
  request: { params: appAddress },
  responses: answers(200, 'As it is now.', podsView),
});

export function pods(ports: Needs): OpenAPIHono {
  return new OpenAPIHono().openapi(list, async (c) => {
    const app = await requireApp(ports.cluster, c.req.valid('param'));
    return c.json(await showPods(ports, app), 200);
  });
}
