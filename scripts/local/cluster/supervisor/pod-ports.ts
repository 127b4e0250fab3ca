import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that Linux, macOS and Windows give to outgoing connections: none takes it before the app listens. */
const FIRST = 20_000;
const LAST = 32_000;
const ATTEMPTS = 200;

/** Ports that are given to pods; one is free again when its pod is gone. */
export class PodPorts {
  readonly #taken = new Set<number>();

  async take(): Promise<number> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const port = randomInt(FIRST, LAST);
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if ((await isFree(port, '127.0.0.1')) && (await isFree(port))) return port;
      this.#taken.delete(port);
    }
    throw new Error(`no free port was found between ${FIRST} and ${LAST}`);
  }

  giveBack(port: number): void {
    this.#taken.delete(port);
  }
}

async function isFree(port: number, host?: string): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen({ port, ...(host && { host }) }), 'listening');
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}
