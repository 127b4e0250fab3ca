import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

/** Serves one folder on PORT. It is copied into the image of a static site, so it imports nothing of the platform. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.xml': 'application/xml',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.pdf': 'application/pdf',
  '.mp4': 'video/mp4',
};

const root = await realpath(process.argv[2] ?? '.');

const server = createServer((request, response) => {
  answer(request, response).catch(() => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
server.listen(Number(process.env.PORT ?? 8080));
process.once('SIGTERM', () => server.close());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  const [path = '/', query] = (request.url ?? '/').split('?', 2);
  const file = await find(path);
  if (file === 'folder')
    return void response
      .writeHead(308, { location: `${path.replace(/^\/+/, '/')}/${query ? `?${query}` : ''}` })
      .end();
  if (!file)
    return void response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');

  const etag = `W/"${file.size.toString(36)}-${Math.trunc(file.mtimeMs).toString(36)}"`;
  const headers = {
    'content-type': types[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
    etag,
  };
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, 'content-length': file.size });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(file.path, { end: Math.max(0, file.size - 1) })
    .on('error', () => response.destroy())
    .pipe(response);
}

/** The file that a path names: inside the folder through every link, nothing hidden. */
async function find(path: string) {
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  const hidden = name.split('/').some((part) => part.startsWith('.') && part !== '.well-known');
  if (hidden || name.includes('\0') || name.includes('\\')) return undefined;
  const wanted = await realpath(join(root, name.endsWith('/') ? `${name}index.html` : name)).catch(
    () => undefined,
  );
  if (!wanted || (wanted !== root && !wanted.startsWith(root + sep))) return undefined;
  const { size, mtimeMs, ...found } = await stat(wanted).then((s) => ({
    size: s.size,
    mtimeMs: s.mtimeMs,
    isFile: s.isFile(),
    isFolder: s.isDirectory(),
  }));
  if (found.isFolder) return 'folder' as const;
  return found.isFile ? { path: wanted, size, mtimeMs } : undefined;
}
