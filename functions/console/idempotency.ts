import { createHash } from 'node:crypto';
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { RetryableError } from '../../shared/domain/errors.ts';
import type { Needs } from './needs.ts';
import { invalid, refusal } from './problem.ts';
import { seal, unseal } from './seal.ts';

/** Whoever answers has the lease anew every third of it: where he dies, the next one need not wait for long. */
const LEASE_MS = 15_000;
/** How long a client should wait for the answer that is being worked on, in seconds. */
const RETRY_AFTER_SECONDS = 1;

/** The headers of an answer that are the route's own: all others are every answer's. */
const KEPT_HEADERS = ['content-type', 'location', 'retry-after'] as const;

/** A string as structured fields write it (RFC 9651), or, as many clients do, without its quotes. */
const KEY = /^("[\x21\x23-\x5b\x5d-\x7e]{1,255}"|[\x21\x23-\x5b\x5d-\x7e]{1,255})$/;
const key = z
  .string()
  .regex(KEY)
  .transform((text) => text.replaceAll('"', ''));

interface Answered {
  /** A digest of what was asked for. */
  readonly asked: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Env = { Bindings: { incoming: { rawBody?: Buffer } }; Variables: { person: string } };

/**
 * A POST with the header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header) is done once: sent again by the same
 * caller, it is answered as the first time. What was refused or failed did nothing: it may be tried again. The store has the answer in a
 * form that nobody can read without the key, which it has not.
 */
export const idempotency =
  ({ store, clock, newId, log }: Needs): MiddlewareHandler<Env> =>
  async (c, next) => {
    const given = c.req.header('idempotency-key');
    if (c.req.method !== 'POST' || given === undefined) return next();
    const { id, secret, asked } = identify(c, parseKey(given));
    const [lease, owner] = [`answer:${id}`, newId()];
    const take = () => store.takeLease(lease, owner, LEASE_MS);
    let isFirst: boolean;
    try {
      isFirst = await take();
    } catch (err) {
      // What is wished is in the cluster, not in the store: a hold at night does not wait for it.
      if (!(err instanceof RetryableError)) throw err;
      log.warn({ err, path: c.req.path }, 'sent again it will be done again: the store does not answer');
      return next();
    }
    if (!isFirst) {
      throw refusal(
        409,
        'The request that had this Idempotency-Key first is still being worked on. Wait for it.',
        {
          headers: { 'retry-after': `${RETRY_AFTER_SECONDS}` },
        },
      );
    }
    let taking: Promise<unknown> = Promise.resolve();
    const prolonged = setInterval(() => {
      taking = take().catch(() => undefined);
    }, LEASE_MS / 3);
    try {
      const kept = await store.getAnswer(id);
      if (kept) return again(JSON.parse(unseal(kept.sealed, secret)), asked);
      await next();
      if (c.res.status >= 400) return;
      const sealed = seal(JSON.stringify(await answered(c, asked)), secret);
      await store.keepAnswer({ id, at: clock().toISOString(), sealed }).catch((err: unknown) => {
        log.warn(
          { err, path: c.req.path },
          'sent again it will be done again: the store did not take the answer',
        );
      });
    } finally {
      clearInterval(prolonged);
      // One under way would take it again just after.
      await taking;
      await store.returnLease(lease, owner).catch(() => undefined);
    }
  };

function parseKey(given: string): string {
  const { data } = key.safeParse(given);
  if (data !== undefined) return data;
  throw invalid(
    'idempotency-key',
    'is not 1 to 255 visible characters of ASCII',
    'Give a new UUID for everything that is to be done once.',
  );
}

/** One key may mean something else to another caller, and of another route. */
function identify(c: Context<Env>, text: string) {
  const { pathname, search } = new URL(c.req.url);
  const secret = JSON.stringify([text, c.get('person'), c.req.header('authorization'), pathname]);
  const content = c.env.incoming.rawBody?.toString('base64');
  return { id: digest(secret), secret, asked: digest(JSON.stringify([search, content])) };
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

async function answered({ res }: Context, asked: string): Promise<Answered> {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = res.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const body = await res.clone().text();
  return { asked, status: res.status, headers: Object.fromEntries(headers), body };
}

function again({ status, headers, body, ...first }: Answered, asked: string): Response {
  if (first.asked === asked) return new Response(body, { status, headers });
  throw invalid(
    'idempotency-key',
    'was given to another request before',
    'Give a new one for everything that is to be done once.',
  );
}

/** As the document of the API has it. */
const parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', maxLength: 257, pattern: KEY.source },
  description:
    'Any text of 1 to 255 visible characters that was not used before, such as a UUID. Sent again with it within 24 hours, ' +
    'the request is answered as the first time, and nothing is done twice; 409 while the first one is still being worked on, ' +
    '422 where it asks for something else. What was refused or failed (400 and above) is not kept: it may be tried again.',
} as const;

/** Says of every POST that it takes the header. */
export function withIdempotencyKeys(document: ReturnType<OpenAPIHono['getOpenAPI31Document']>) {
  for (const { post } of Object.values(document.paths ?? {}))
    if (post) post.parameters = [...(post.parameters ?? []), parameter];
  return document;
}
