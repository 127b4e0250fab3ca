import { get } from 'node:http';

/** 200 to 399 is well; a redirect is not followed: it may lead anywhere. */
export function httpProbe(port: number, path: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = get({ host: '127.0.0.1', port, path, agent: false, signal }, (response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      resolve(status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`);
    });
    request.on('error', (error) =>
      resolve(
        signal.aborted
          ? `Get "http://127.0.0.1:${port}${path}": no answer within ${timeoutMs / 1000}s`
          : `Get "http://127.0.0.1:${port}${path}": ${error.message}`,
      ),
    );
  });
}
