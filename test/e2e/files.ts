/** By path; null: the file is to go. */
export type Files = Readonly<Record<string, string | null>>;

const packageJson = JSON.stringify({ name: 'app', scripts: { start: 'node server.js' } });

/** A Node app without dependencies, of this server. */
export const nodeApp = (server: string, more: Files = {}): Files => ({
  'package.json': packageJson,
  'server.js': server,
  ...more,
});

/**
 * Answers its version at `/`, and at `/env/NAME` that variable of its environment. It keeps idle connections longer
 * than a gateway does (Envoy: an hour), else it could end one that a request is just coming on (docs/install.md).
 */
export const answering = (version: string): Files =>
  nodeApp(`
    console.log('this is ${version}');
    const server = require('node:http').createServer((request, response) => {
      const name = request.url.startsWith('/env/') && request.url.slice('/env/'.length);
      response.end(name ? String(process.env[name]) : '${version}');
    });
    server.keepAliveTimeout = 2 * 3600 * 1000;
    server.listen(process.env.PORT);
  `);

/** Answers its version at that path alone. */
export const answeringAt = (path: string, version: string): Files =>
  nodeApp(`
    require('node:http').createServer((request, response) => {
      if (request.url !== '${path}') response.statusCode = 404;
      response.end('${version}');
    }).listen(process.env.PORT);
  `);

/** Answers its version; at `/health` 500 where a file `sick` is in the folder BODY, and ends where there is one `dead`. */
export const mortal = (version: string): Files =>
  nodeApp(`
    const { existsSync } = require('node:fs');
    const is = (state) => existsSync(process.env.BODY + '/' + state);
    const die = () => is('dead') && process.exit(1);
    die();
    setInterval(die, 20);
    require('node:http').createServer((request, response) => {
      if (request.url === '/health' && is('sick')) response.statusCode = 500;
      response.end('${version}');
    }).listen(process.env.PORT);
  `);

/** Answers `/slow` in two parts, four seconds apart, and every WebSocket message with its version. */
export const patient = (version: string): Files =>
  nodeApp(`
    const server = require('node:http').createServer((request, response) => {
      if (request.url !== '/slow') return response.end('${version}');
      response.write('${version} begins');
      setTimeout(() => response.end(', ${version} ends'), 4000);
    });
    server.on('upgrade', (request, socket) => {
      const accept = require('node:crypto').createHash('sha1')
        .update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
      socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' +
        'Sec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
      const answer = Buffer.from('${version}');
      socket.on('data', () => socket.write(Buffer.concat([Buffer.from([0x81, answer.length]), answer])));
      socket.on('error', () => undefined);
    });
    server.listen(process.env.PORT);
  `);

/** Ends with an error as soon as it starts. */
export const crashing = (words: string): Files =>
  nodeApp(`console.log('about to start');\nthrow new Error('${words}');\n`);

/** Is done at once, and well. */
export const exiting = nodeApp(`console.log('nothing to serve');`);

/** Runs, but never listens. */
export const silent = nodeApp(`console.log('thinking'); setInterval(() => undefined, 1000);`);

export const site = (text: string): Files => ({ 'index.html': text });
