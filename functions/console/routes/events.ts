import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { repositoryName } from '../../../shared/domain/app-spec.ts';
import type { ChangeEvent, PlacedEvent } from '../../../shared/domain/change-event.ts';
import { rightsOfAsker } from '../access.ts';
import { addressOf } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { problem } from '../problem.ts';
import { appAddressText, queryNumber, querySwitch } from '../schemas.ts';
import { stillMay } from '../still-may.ts';
import { LOOK_EVERY_MS, SILENCE_MS, STREAM_MS } from '../stream-times.ts';
import { changeEventView, showChangeEvent } from '../views/change-event.ts';

const place = queryNumber(0, Number.MAX_SAFE_INTEGER);

const follow = createRoute({
  tags: ['Changes'],
  method: 'get',
  path: '/events',
  summary: 'Every step of every Change in the order in which it was taken, as server-sent events',
  request: {
    query: z.object({
      app: appAddressText.optional(),
      repository: repositoryName.optional(),
      after: place
        .optional()
        .describe(
          '`id` of the last event that was seen, or a time in milliseconds since 1970. Default: 7 days ago.',
        ),
      follow: querySwitch.optional().describe('true: goes on with what comes; to be resumed where it ends.'),
    }),
    headers: z.object({
      'last-event-id': place.optional().describe('As `after`, from a browser that resumes; it counts more.'),
    }),
  },
  responses: {
    200: {
      description:
        'The data of each event is a ChangeEvent in JSON, its id what `after` takes. Without `follow` the last event is `final`, without an id: what ends before it has broken off.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    default: {
      description: 'What is wrong (RFC 9457).',
      content: { 'application/problem+json': { schema: problem } },
    },
  },
});

export function events(ports: Needs): OpenAPIHono {
  const routes = new OpenAPIHono();
  routes.openAPIRegistry.register('ChangeEvent', changeEventView);
  return routes.openapi(follow, async (c) => {
    const { app, repository, after = 0, follow = false } = c.req.valid('query');
    const isWanted = (event: ChangeEvent) =>
      (app === undefined || addressOf(event.app) === app) &&
      (repository === undefined || event.repository.toLowerCase() === repository.toLowerCase());
    const from = c.req.valid('header')['last-event-id'] ?? after;
    // Who cannot be told anything now is told so by the status.
    const page = await ports.store.changeEvents(from);
    const first = { page, shown: await shownTo(c, page, isWanted) };
    return told(c, ports, { from, first, isWanted, follow });
  });
}

/** A part of all events, and what of it is wanted and may be seen. */
interface Part {
  readonly page: readonly PlacedEvent[];
  readonly shown: readonly PlacedEvent[];
}

const shownTo = (c: Context, page: readonly PlacedEvent[], isWanted: Wish['isWanted']) =>
  rightsOfAsker(c).among(
    page.filter(({ event }) => isWanted(event)),
    ({ event }) => event.repository,
  );

interface Wish {
  readonly from: number;
  /** What comes after that. */
  readonly first: Part;
  readonly isWanted: (event: ChangeEvent) => boolean;
  readonly follow: boolean;
}

function told(c: Context, { store, log }: Needs, { from, first, isWanted, follow }: Wish): Response {
  return streamSSE(c, async (stream) => {
    const end = Date.now() + STREAM_MS;
    let [last, part] = [from, first];
    let spoke = Date.now();
    const say = async (text: string) => {
      await stream.write(text);
      spoke = Date.now();
    };
    const requireStillMay = stillMay(c);
    await say(`retry: ${LOOK_EVERY_MS}\n\n`);
    while (!stream.aborted && Date.now() < end) {
      for (const { place, event } of part.shown)
        await say(`id: ${place}\ndata: ${JSON.stringify(showChangeEvent(event))}\n\n`);
      last = part.page.at(-1)?.place ?? last;
      if (part.page.length === 0) {
        // What ends without it has broken off.
        if (!follow) return say('event: final\ndata:\n\n');
        // With the place: what was passed over need not be looked at again.
        if (Date.now() - spoke > SILENCE_MS) await say(`id: ${last}\n: still here\n\n`);
        await stream.sleep(LOOK_EVERY_MS);
      }
      try {
        await requireStillMay();
        const page = await store.changeEvents(last);
        part = { page, shown: await shownTo(c, page, isWanted) };
      } catch (err) {
        // Who follows resumes it, and is told by the status then.
        return log.warn({ err, path: c.req.path }, 'a stream of events ends');
      }
    }
  });
}
