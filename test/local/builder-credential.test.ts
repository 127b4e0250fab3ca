import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { buildWorlds, printing } from './build-world.ts';
import { commitFiles, git } from './world.ts';

const world = buildWorlds();

/** Git over HTTP for whoever has the credential; `asked` are the Authorization headers that came. */
async function gitServer(credential: string): Promise<{ server: Server; url: string; asked: string[] }> {
  const asked: string[] = [];
  const wanted = `Basic ${Buffer.from(`x-access-token:${credential}`).toString('base64')}`;
  git(world().repository, 'update-server-info');
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '');
    if (request.headers.authorization !== wanted) return void response.writeHead(401).end();
    const url = new URL(request.url ?? '/', 'http://host');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: world().repository,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname.replace('/shop.git', '/.git'),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? '',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    request.pipe(backend.stdin);
    const parts: Buffer[] = [];
    backend.stdout.on('data', (part: Buffer) => parts.push(part));
    backend.on('close', () => {
      const whole = Buffer.concat(parts);
      const end = whole.indexOf('\r\n\r\n');
      for (const line of whole.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(': ');
        if (name !== 'Status') response.setHeader(name, value);
      }
      response.end(whole.subarray(end + 4));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop.git` };
}

test('the credential opens the repository and is nowhere in reach of the build', async () => {
  const credential = 'ghs_TopSecretToken';
  commitFiles(world().repository, { 'package.json': '{}', 'server.js': printing });
  const { server, url, asked } = await gitServer(credential);
  try {
    const command = 'env; cat /proc/$PPID/environ 2>/dev/null | tr "\\0" "\\n"; true';
    const key = await world().start({}, { command }, { cloneUrl: url, credential });
    expect(await world().ended(key)).toMatchObject({ phase: 'succeeded' });
    expect(asked.length).toBeGreaterThan(0);
    const encoded = Buffer.from(`x-access-token:${credential}`).toString('base64');
    expect(await world().logOf(key)).toContain('PATH=');
    for (const secret of [credential, encoded]) {
      expect(await world().logOf(key)).not.toContain(secret);
      const found = spawn('grep', ['-rlaF', '--', secret, world().dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let files = '';
      found.stdout.on('data', (part: Buffer) => {
        files += part.toString();
      });
      await once(found, 'close');
      expect(files).toBe('');
    }

    const refused = await world().ended(await world().start({}, {}, { cloneUrl: url, credential: 'wrong' }));
    expect(refused.reason).toBe('git fetch failed with exit code 128');
  } finally {
    server.close();
  }
});

test.each(['ext::sh -c id', 'ssh://host/x', '-oProxyCommand=id', ''])(
  'the clone address %j is refused',
  async (cloneUrl) => {
    expect(await world().reasonOf({ 'package.json': '{}' }, {}, { cloneUrl })).toBe(
      'the clone address is not http, https or file',
    );
  },
);
