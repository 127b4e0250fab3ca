import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { buildLogId, lastLines } from '../../../shared/domain/log.ts';
import type { LogOptions } from '../../../shared/ports/cluster.ts';
import { addressOf, requireApp } from '../app-of.ts';
import { prefixed } from '../log-lines.ts';
import type { Needs } from '../needs.ts';
import { plainText } from '../plain-text.ts';
import { problem, refusal } from '../problem.ts';
import { appAddress, queryNumber, querySwitch } from '../schemas.ts';

const options = z.object({
  follow: querySwitch.optional().describe('true: goes on until it ends or the client goes away.'),
  tail: queryNumber(1, 100_000).optional().describe('Only that many last lines.'),
});

const responses = {
  200: { description: 'The log, as it was printed.', content: { 'text/plain': { schema: z.string() } } },
  default: {
    description: 'What is wrong (RFC 9457).',
    content: { 'application/problem+json': { schema: problem } },
  },
};

const build = createRoute({
  tags: ['Logs'],
  method: 'get',
  path: '/builds/{key}/log',
  summary: 'The log of a build: live while it runs, kept afterwards',
  request: { params: z.object({ key: z.string().regex(/^[0-9a-f]{32}$/) }), query: options },
  responses,
});

const pods = createRoute({
  tags: ['Logs'],
  method: 'get',
  path: '/apps/{namespace}/{name}/logs',
  summary: 'What the pods of a release print; each line begins with its pod where there are several',
  request: {
    params: appAddress,
    query: options.extend({
      release: queryNumber(1, 2 ** 31)
        .optional()
        .describe('Default: the live one.'),
    }),
  },
  responses,
});

export function logs(ports: Needs): OpenAPIHono {
  return new OpenAPIHono()
    .openapi(build, async (c) => {
      const { key } = c.req.valid('param');
      const wanted = given(c.req.valid('query'));
      if ((await ports.cluster.getBuildJob(key))?.phase === 'running') {
        return plainText(c, (signal) => [ports.cluster.buildJobLog(key, { ...wanted, signal })]);
      }
      const kept = await ports.store.readLog(buildLogId(key));
      if (kept !== undefined)
        return plainText(c, () => [[wanted.tail === undefined ? kept : `${lastLines(kept, wanted.tail)}\n`]]);
      // It has ended a moment ago: the Job still has what is being saved.
      if (await ports.cluster.getBuildJob(key)) {
        return plainText(c, (signal) => [ports.cluster.buildJobLog(key, { ...wanted, signal })]);
      }
      throw refusal(404, `There is no log of build ${key}: it never ran, or its log was kept long enough.`);
    })
    .openapi(pods, async (c) => {
      const app = await requireApp(ports.cluster, c.req.valid('param'));
      const { release = await liveOf(ports, app), ...query } = c.req.valid('query');
      const found = await ports.cluster.listPods(app, release);
      if (found.length === 0) {
        throw refusal(
          404,
          `r${release} of ${addressOf(app)} has no pods: nothing prints. List the releases to see which have some.`,
        );
      }
      const several = found.length > 1;
      return plainText(c, (signal) =>
        found.map((pod) => {
          const log = ports.cluster.podLog(pod, { ...given(query), signal });
          return several ? prefixed(log, `${pod.name} | `) : log;
        }),
      );
    });
}

async function liveOf({ cluster }: Needs, app: Parameters<typeof addressOf>[0]): Promise<number> {
  const live = (await cluster.getService(app))?.live;
  if (live === undefined) {
    throw refusal(
      409,
      `${addressOf(app)} has no live release yet. Say which release you mean; the list of releases shows which there are.`,
    );
  }
  return live;
}

const given = ({
  follow,
  tail,
}: {
  follow?: boolean | undefined;
  tail?: number | undefined;
}): LogOptions => ({
  ...(follow === undefined ? {} : { follow }),
  ...(tail === undefined ? {} : { tail }),
});
