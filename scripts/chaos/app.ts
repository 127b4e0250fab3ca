import { type Files, nodeApp } from '../../test/e2e/files.ts';

/** On a cluster: its pods are Node alone, and start as quickly as that. */
const Dockerfile = `FROM node:24
WORKDIR /app
COPY server.js .
USER 1000
ENTRYPOINT ["node", "server.js"]
`;

/**
 * The App that is visited. Every answer says which release gives it, by the name that the platform gave its pod (or by
 * RELEASE, where no platform does). `/long?ms=` answers in two halves, so far apart. `START_MS` makes its start slow. It does what
 * docs/install.md asks of an app: it keeps idle connections longer than a gateway does, and on SIGTERM it finishes what
 * it has begun.
 */
export const visited = (version: number): Files =>
  nodeApp(
    `
    // version ${version}
    const { createServer } = require('node:http');
    const { setTimeout: sleep } = require('node:timers/promises');
    const pod = process.cwd() + '/ ' + require('node:os').hostname() + '/';
    const release = process.env.RELEASE ?? /-(r\\d+)-[^/ ]*\\//.exec(pod)?.[1];
    const server = createServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url, 'http://app');
      if (pathname === '/long') {
        response.write(release + ' begins, ');
        await sleep(Number(searchParams.get('ms')));
        response.end(release + ' ends');
      } else response.end(release);
    });
    server.keepAliveTimeout = 2 * 3600 * 1000;
    setTimeout(() => server.listen(process.env.PORT), Number(process.env.START_MS ?? 0));
    process.on('SIGTERM', () => {
      if (!server.listening) process.exit();
      server.close(() => process.exit());
      // A connection that is kept has nothing to finish once its answer is given.
      setInterval(() => server.closeIdleConnections(), 50);
    });
  `,
    { Dockerfile },
  );

const ANSWER = /^(r\d+)(?: begins, \1 ends)?$/;

/** The release that gave this answer; undefined: it is none of the App's. */
export const releaseOf = (body: string): number | undefined => {
  const release = ANSWER.exec(body)?.[1];
  return release === undefined ? undefined : Number(release.slice(1));
};
