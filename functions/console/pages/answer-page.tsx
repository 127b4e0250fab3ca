import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { raw } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import { Document } from './document.tsx';
import type { Page } from './page.ts';

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
export async function answerPage(c: Context, look: () => Promise<Page>): Promise<Response> {
  const { pathname, searchParams } = new URL(c.req.url);
  const seen = c.req.header('last-event-id') ?? searchParams.get('seen') ?? '';
  if (c.req.header('accept')?.includes('text/event-stream')) return follow(c, look, seen);
  const page = await look();
  const html = String(page.main);
  searchParams.set('seen', versionOf(html));
  const updates = page.isFinal ? undefined : `${pathname}?${searchParams}`;
  c.header('cache-control', 'no-store');
  const whole = <Document title={page.title} main={raw(html)} address={pathname} updates={updates} />;
  return c.html(`<!doctype html>${whole}`);
}

function follow(c: Context, look: () => Promise<Page>, seen: string): Response {
  c.header('cache-control', 'no-store');
  return streamSSE(c, async (stream) => {
    const end = Date.now() + STREAM_MS;
    let last = seen;
    let spoke = 0;
    while (!stream.aborted && Date.now() < end) {
      const page = await look();
      const html = String(page.main);
      const version = versionOf(html);
      if (version !== last) {
        await stream.writeSSE({ id: version, data: html });
        last = version;
        spoke = Date.now();
      } else if (Date.now() - spoke > SILENCE_MS) {
        await stream.write(': still here\n\n');
        spoke = Date.now();
      }
      if (page.isFinal) return stream.writeSSE({ event: 'final', data: '' });
      await stream.sleep(LOOK_EVERY_MS);
    }
  });
}

const versionOf = (html: string) => createHash('sha256').update(html).digest('base64url').slice(0, 16);
