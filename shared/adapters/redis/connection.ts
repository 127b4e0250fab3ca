import { once } from 'node:events';
import { createClient } from 'redis';
import { RetryableError } from '../../domain/errors.ts';
import { scripts } from './scripts.ts';

/** Milliseconds that a connection may take to be made, and may be silent both ways. */
const PATIENCE = 1000;
/** A server that is asked may be silent for 8 looks of 200 milliseconds. */
const LOOKS = 8;
const LOOK = 200;

type Client = ReturnType<typeof start>;

/** A connection that is made in the background and made anew whenever it breaks. */
export interface Connection {
  /** Throws RetryableError when the server cannot be reached or is silent for 1.6 seconds. */
  run<T>(command: (client: Client) => Promise<T>): Promise<T>;
  close(): void;
}

export function connection(url: string): Connection {
  let client = start(url);
  let becomesReady: Promise<unknown> | undefined;
  let waiting = 0;
  let silence = 0;
  let watch: NodeJS.Timeout | undefined;

  // The client's socketTimeout ends only a connection that is silent both ways: while commands are being written to a
  // stalled server it never fires, so silence is counted here. In looks, not by the clock: a process that was itself
  // too busy to read an answer then looks once, not eight times.
  const look = () => {
    silence += 1;
    if (silence < LOOKS) return;
    silence = 0;
    client.destroy();
    client = start(url);
    becomesReady = undefined;
  };

  const ready = () => {
    becomesReady ??= once(client, 'ready', { signal: AbortSignal.timeout(PATIENCE) }).finally(() => {
      becomesReady = undefined;
    });
    return becomesReady;
  };

  return {
    async run(command) {
      try {
        if (!client.isReady) await ready();
        if (waiting++ === 0) watch = setInterval(look, LOOK);
        try {
          return await command(client);
        } finally {
          silence = 0;
          if (--waiting === 0) clearInterval(watch);
        }
      } catch (cause) {
        throw new RetryableError(`Redis does not answer: ${(cause as Error).message}`, { cause });
      }
    },
    close: () => client.destroy(),
  };
}

/** `disableOfflineQueue`: without it, commands wait for ever while the server is gone. */
function start(url: string) {
  const client = createClient({
    url,
    scripts,
    pingInterval: 300,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: PATIENCE,
      socketTimeout: PATIENCE,
      reconnectStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2000),
    },
  });
  // Each command reports its own failure; without a listener the process would end.
  client.on('error', () => undefined);
  client.connect().catch(() => undefined);
  return client;
}
