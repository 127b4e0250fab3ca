import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baseEnvironment } from '../../scripts/local/cluster/supervisor/environment.ts';
import { PodPorts } from '../../scripts/local/cluster/supervisor/pod-ports.ts';
import { buildWorlds, eventually, packageJson } from './build-world.ts';

const world = buildWorlds();

test('a static site is served with types, folders and validators, and nothing beside it', async () => {
  const image = await world().built({
    'index.html': '<h1>home</h1>',
    'docs/index.html': 'docs',
    'app.css': 'body {}',
    'empty.txt': '',
    '.hidden': 'secret',
  });
  const ports = new PodPorts();
  const port = await ports.take();
  const [program = '', ...args] = image.command;
  const site = spawn(program, args, {
    cwd: image.rootfs,
    env: { ...baseEnvironment(world().dir, world().dir), PORT: String(port) },
    stdio: 'inherit',
  });
  try {
    const get = (path: string, headers = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' });
    const home = await eventually(() => get('/'));
    expect(home.headers.get('content-type')).toContain('text/html');
    expect(await home.text()).toBe('<h1>home</h1>');
    expect((await get('/app.css')).headers.get('content-type')).toContain('text/css');
    expect((await get('/', { 'if-none-match': home.headers.get('etag') })).status).toBe(304);
    expect((await get('/docs')).headers.get('location')).toBe('/docs/');
    expect(await (await get('/docs/')).text()).toBe('docs');
    expect(await (await get('/empty.txt')).text()).toBe('');
    for (const path of ['/none', '/.hidden', '/%2e%2e/server.ts', '/..%2fserver.ts', '/%', '/%00'])
      expect((await get(path)).status, path).toBe(404);
  } finally {
    const exit = once(site, 'exit');
    site.kill('SIGTERM');
    await exit;
  }
});

test('a static site may be built, and its output folder alone is served', async () => {
  const image = await world().built(
    { 'package.json': packageJson({ scripts: { build: 'mkdir dist && echo built > dist/index.html' } }) },
    { builder: 'static', output: 'dist' },
  );
  expect(readdirSync(join(image.rootfs, 'site'))).toEqual(['index.html']);
  expect(await world().reasonOf({}, { builder: 'static', output: 'public' })).toBe(
    '"public" is not a folder after the build: correct build.output',
  );
});
