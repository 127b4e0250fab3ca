import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { raw } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import { stillMay } from '../still-may.ts';
import { LOOK_EVERY_MS, SILENCE_MS, STREAM_MS } from '../stream-times.ts';
import { Document } from './document.tsx';
import { Problem, problemOf } from './error-page.tsx';
import type { Page } from './page.ts';
import type { PageEnv, Seen } from './page-env.ts';

/** What of an address a page reads, by name; what else is in it changes nothing. */
type Query = Readonly<Record<string, string | number | undefined>>;

/**
 * Answers with the page; where a browser that has it asks for a stream, with its content anew whenever that differs
 * from what the browser has seen (`seen`, later Last-Event-ID).
 */
export async function answerPage(
  c: Context<PageEnv>,
  look: () => Promise<Page>,
  query: Query = {},
): Promise<Response> {
  const address = (more: Query) => addressOf(c, { ...query, ...more });
  const last = c.req.header('last-event-id') ?? c.req.query('seen') ?? '';
  c.header('cache-control', 'no-store');
  if (c.req.header('accept')?.includes('text/event-stream')) {
    const lookTogether = () => together(c, `${c.get('audience')} ${address({})}`, look);
    // Who has not seen the page is told by the status that there is none, who has it by what replaces it.
    if (last === '') await lookTogether();
    return follow(c, lookTogether, last);
  }
  const { html, title, version, isFinal } = await see(look);
  const updates = isFinal ? undefined : address({ seen: version });
  const whole = (
    <Document title={title} main={raw(html)} address={c.req.path} updates={updates} login={c.get('login')} />
  );
  return c.html(`<!doctype html>${whole}`);
}

/** One and the same for the same page, however it was spelt. */
function addressOf(c: Context<PageEnv>, query: Query): string {
  const parts = new URL(c.req.url).pathname.split('/').map(decodeURIComponent);
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, `${value}`);
  return `${parts.map(encodeURIComponent).join('/')}?${params}`;
}

function follow(c: Context<PageEnv>, look: () => Promise<Seen>, seen: string): Response {
  return streamSSE(c, async (stream) => {
    const end = Date.now() + STREAM_MS;
    let last = seen;
    let spoke = 0;
    let misses = 0;
    const requireStillMay = stillMay(c);
    const send = async (id: string, html: string) => {
      await stream.writeSSE({ id, data: html });
      last = id;
      spoke = Date.now();
    };
    const lookAgain = async () => {
      await requireStillMay();
      return look();
    };
    while (!stream.aborted && Date.now() < end) {
      const { html, version, isFinal } = await lookAgain().catch((err: Error) => missed(c, err));
      misses = version === MISSED ? misses + 1 : 0;
      if (version !== last) await send(version, html);
      if (Date.now() - spoke > SILENCE_MS) {
        await stream.write(': still here\n\n');
        spoke = Date.now();
      }
      if (isFinal) return stream.writeSSE({ event: 'final', data: '' });
      await stream.sleep(Math.min(LOOK_EVERY_MS * 2 ** misses, SILENCE_MS));
    }
  });
}

/** What a browser has seen last that was told that the page could not be looked at: no page has this version. */
const MISSED = 'missed';

/** In place of a page what is wrong with it. What only waits to be mended stands above the page as it was seen last. */
async function missed(c: Context<PageEnv>, err: Error): Promise<Seen> {
  const { status, title, detail } = await problemOf(c.get('log'), err, c);
  const isFinal = status < 500;
  const main = isFinal ? <Problem title={title} detail={detail} /> : <Behind detail={detail} />;
  return { title, html: String(main), version: isFinal ? String(status) : MISSED, isFinal };
}

const Behind = ({ detail }: { detail: string }) => (
  <div hx-swap-oob="afterbegin:#main">
    <p class="notice wrong" role="status">
      {`This page is not up to date, and will be as soon as it can be. ${detail}`}
    </p>
  </div>
);

/** Those who have the same page open look at it together: for a moment one look is everybody's. */
function together(c: Context<PageEnv>, address: string, look: () => Promise<Page>): Promise<Seen> {
  const looks = c.get('looks');
  const shared = looks.get(address);
  if (shared) return shared;
  const seen = see(look);
  looks.set(address, seen);
  const forget = () => void looks.delete(address);
  // A look that fails is nobody else's.
  seen.then(() => setTimeout(forget, LOOK_EVERY_MS / 2).unref(), forget);
  return seen;
}

async function see(look: () => Promise<Page>): Promise<Seen> {
  const { title, main, isFinal = false } = await look();
  const html = String(main);
  const version = createHash('sha256').update(html).digest('base64url').slice(0, 16);
  return { title, html, version, isFinal };
}
