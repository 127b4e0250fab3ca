import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { raw } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import { Document } from './document.tsx';
import type { Page } from './page.ts';
import type { PageEnv, Seen } from './page-env.ts';

/** How often an open page is looked at anew. */
const LOOK_EVERY_MS = 2000;
/** A stream ends before Knative's time-out of the console cuts it (`timeoutSeconds: 600`); the browser resumes it. */
const STREAM_MS = 9 * 60_000;
/** Proxies end what is silent for a minute. */
const SILENCE_MS = 25_000;

/**
 * Answers with the page; where a browser that has it asks for a stream, with its content anew whenever that differs
 * from what the browser has seen (`seen`, later Last-Event-ID).
 */
export async function answerPage(c: Context<PageEnv>, look: () => Promise<Page>): Promise<Response> {
  const { pathname, searchParams } = new URL(c.req.url);
  const last = c.req.header('last-event-id') ?? searchParams.get('seen') ?? '';
  searchParams.delete('seen');
  c.header('cache-control', 'no-store');
  if (c.req.header('accept')?.includes('text/event-stream')) {
    return follow(c, () => together(c, `${pathname}?${searchParams}`, look), last);
  }
  const { html, title, version, isFinal } = await see(look);
  searchParams.set('seen', version);
  const updates = isFinal ? undefined : `${pathname}?${searchParams}`;
  const whole = <Document title={title} main={raw(html)} address={pathname} updates={updates} />;
  return c.html(`<!doctype html>${whole}`);
}

function follow(c: Context<PageEnv>, look: () => Promise<Seen>, seen: string): Response {
  return streamSSE(c, async (stream) => {
    const end = Date.now() + STREAM_MS;
    let last = seen;
    let spoke = 0;
    while (!stream.aborted && Date.now() < end) {
      const { html, version, isFinal } = await look();
      if (version !== last) {
        await stream.writeSSE({ id: version, data: html });
        last = version;
        spoke = Date.now();
      } else if (Date.now() - spoke > SILENCE_MS) {
        await stream.write(': still here\n\n');
        spoke = Date.now();
      }
      if (isFinal) return stream.writeSSE({ event: 'final', data: '' });
      await stream.sleep(LOOK_EVERY_MS);
    }
  });
}

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
