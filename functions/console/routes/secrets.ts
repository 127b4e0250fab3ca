import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { appSpec, secretName } from '../../../shared/domain/app-spec.ts';
import { askerOf } from '../access.ts';
import { audited } from '../audit.ts';
import type { Needs } from '../needs.ts';
import { problem, refusal } from '../problem.ts';
import { refuseNameOfRelease, refuseReserved } from '../require-secret.ts';
import { jsonBody, namespaceName, person } from '../schemas.ts';

const write = createRoute({
  tags: ['Secrets'],
  method: 'put',
  path: '/namespaces/{namespace}/secrets/{name}',
  summary: 'Make or replace a Secret; Apps that use it get a new release. It cannot be read back',
  request: {
    params: z.object({ namespace: namespaceName, name: secretName.meta({}) }),
    body: jsonBody(
      z.strictObject({
        content: appSpec.shape.env.unwrap().describe('The whole content: what is not named goes.'),
        by: person,
      }),
    ),
  },
  responses: {
    204: { description: 'Written.' },
    default: {
      description: 'What is wrong (RFC 9457).',
      content: { 'application/problem+json': { schema: problem } },
    },
  },
});

export function secrets(ports: Needs): OpenAPIHono {
  const { cluster } = ports;
  return new OpenAPIHono().openapi(write, async (c) => {
    const { namespace, name } = c.req.valid('param');
    const { content, by } = c.req.valid('json');
    refuseReserved(name);
    refuseNameOfRelease(name);
    if (!(await cluster.namespaceOwners(namespace))) {
      const detail = `There is no Namespace ${namespace} of Cite's. Register an App first: that makes it.`;
      throw refusal(404, detail);
    }
    const details = { secret: `${namespace}/${name}`, keys: Object.keys(content).join(', ') };
    await audited(ports, c, { action: 'secret written', by: askerOf(c, by), details }, () =>
      cluster.writeSecret(namespace, name, content),
    );
    return c.body(null, 204);
  });
}
