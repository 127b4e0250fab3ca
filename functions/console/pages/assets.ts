import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { refusal } from '../problem.ts';

const { resolve } = createRequire(import.meta.url);
const own = (file: string) => fileURLToPath(new URL(`assets/${file}`, import.meta.url));

const files = {
  'console.css': asset('text/css; charset=utf-8', own('console.css')),
  'icon.svg': asset('image/svg+xml', own('icon.svg')),
  // One file: htmx, deferred, does not wait for an extension that is still on its way, and the page would never be updated.
  'htmx.js': asset(
    'text/javascript; charset=utf-8',
    resolve('htmx.org/dist/htmx.min.js'),
    resolve('htmx.org/dist/ext/hx-sse.min.js'),
  ),
  'api-docs.css': asset('text/css; charset=utf-8', resolve('swagger-ui-dist/swagger-ui.css')),
  'api-docs.js': asset(
    'text/javascript; charset=utf-8',
    resolve('swagger-ui-dist/swagger-ui-bundle.js'),
    own('api-docs.js'),
  ),
};

/** Read when somebody first needs it: most who wake the console do not look at everything. */
function asset(type: string, ...parts: string[]) {
  let loaded: { readonly content: string; readonly type: string; readonly version: string } | undefined;
  return () => {
    if (loaded) return loaded;
    const content = parts.map((file) => readFileSync(file, 'utf8')).join('\n');
    loaded = { content, type, version: createHash('sha256').update(content).digest('hex').slice(0, 12) };
    return loaded;
  };
}

/** Its content is part of the address, so that browsers keep it for ever and never have an old one. */
export const assetPath = (name: keyof typeof files) => `/assets/${files[name]().version}/${name}`;

export const assets = new Hono().get('/:version/:name', (c) => {
  const { version, name } = c.req.param();
  const found = Object.hasOwn(files, name) ? files[name as keyof typeof files]() : undefined;
  if (found?.version !== version) throw refusal(404, 'There is no such file: load the page anew.');
  c.header('content-type', found.type);
  c.header('cache-control', 'public, max-age=31536000, immutable');
  return c.body(found.content);
});
