import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { refusal } from '../problem.ts';

const { resolve } = createRequire(import.meta.url);
const own = (file: string) => fileURLToPath(new URL(`assets/${file}`, import.meta.url));

const script = 'text/javascript; charset=utf-8';
const files = {
  'console.css': asset(own('console.css'), 'text/css; charset=utf-8'),
  'icon.svg': asset(own('icon.svg'), 'image/svg+xml'),
  'htmx.min.js': asset(resolve('htmx.org/dist/htmx.min.js'), script),
  'hx-sse.min.js': asset(resolve('htmx.org/dist/ext/hx-sse.min.js'), script),
};

function asset(file: string, type: string) {
  const content = readFileSync(file);
  return { content, type, version: createHash('sha256').update(content).digest('hex').slice(0, 12) };
}

/** Its content is part of the address, so that browsers keep it for ever and never have an old one. */
export const assetPath = (name: keyof typeof files) => `/assets/${files[name].version}/${name}`;

export const assets = new Hono().get('/:version/:name', (c) => {
  const { version, name } = c.req.param();
  const found = Object.hasOwn(files, name) ? files[name as keyof typeof files] : undefined;
  if (found?.version !== version) throw refusal(404, 'There is no such file: load the page anew.');
  c.header('content-type', found.type);
  c.header('cache-control', 'public, max-age=31536000, immutable');
  return c.body(found.content);
});
