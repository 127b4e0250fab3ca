/** Small apps, as users write them. Each runs on nothing but Node. */
export const answering = (text: string) => `
  require('node:http').createServer((_, response) => response.end(${JSON.stringify(text)})).listen(process.env.PORT);
`;

/** Says when it was asked to end, and goes on. */
export const deafToSigterm = `
  process.on('SIGTERM', () => console.log('asked to end'));
  ${answering('deaf')}
`;

/** Takes its time to end when it is asked to, and writes down both. */
export const graceful = (file: string) => `
  const { appendFileSync } = require('node:fs');
  const server = require('node:http').createServer((_, response) => response.end('ok'));
  server.listen(process.env.PORT);
  process.on('SIGTERM', () => {
    appendFileSync(${JSON.stringify(file)}, 'asked');
    server.close();
    setTimeout(() => appendFileSync(${JSON.stringify(file)}, ', ended'), 200);
  });
`;

/** Its children outlive it unless somebody ends them. */
export const withChild = (file: string) => `
  const child = require('node:child_process').spawn('sleep', ['1000'], { stdio: 'ignore' });
  require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
  ${answering('parent')}
`;

/** `/health` answers with the status that the file holds. */
export const healthFrom = (file: string) => `
  const { readFileSync } = require('node:fs');
  require('node:http').createServer((request, response) => {
    response.statusCode = request.url === '/health' ? Number(readFileSync(${JSON.stringify(file)}, 'utf8')) : 200;
    response.end();
  }).listen(process.env.PORT);
`;

/** The gRPC health service: SERVING (1) or NOT_SERVING (2), as the file holds; knows the service "shop" alone. */
export const grpcHealthFrom = (file: string) => `
  const { readFileSync } = require('node:fs');
  const server = require('node:http2').createServer();
  server.on('stream', (stream, headers) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      const known = headers[':path'] === '/grpc.health.v1.Health/Check' && Buffer.concat(parts).subarray(7).toString() === 'shop';
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': known ? '0' : '5' }));
      stream.end(known ? Buffer.from([0, 0, 0, 0, 2, 8, Number(readFileSync(${JSON.stringify(file)}, 'utf8'))]) : undefined);
    });
  });
  server.listen(process.env.PORT);
`;
