import { get } from 'node:http';

/** 200 to 399 is well; a redirect is not followed: it may lead anywhere. */
export function httpProbe(port: number, path: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const unanswered = (why: string) => resolve(`Get "http://127.0.0.1:${port}${path}": ${why}`);
    const request = get({ host: '127.0.0.1', port, path, agent: false, signal }, (response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      resolve(status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`);
    });
    // Where nobody listens for it, Node ends the connection and says nothing: no limit would end the wait.
    request.once('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      resolve(`HTTP probe failed with statuscode: ${statusCode}`);
    });
    request.on('error', (error) =>
      unanswered(signal.aborted ? `no answer within ${timeoutMs / 1000}s` : error.message),
    );
    request.once('close', () => unanswered('the connection ended without an answer'));
  });
}
