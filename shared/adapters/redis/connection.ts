import { once } from 'node:events';
import { createClient, ErrorReply } from 'redis';
import { DeniedError, RetryableError } from '../../domain/errors.ts';
import { scripts } from './scripts.ts';

/** Milliseconds that a connection may take to be made, and may be silent both ways. */
const PATIENCE = 1000;
/** A server that is asked may be silent for 8 looks of 200 milliseconds. */
const LOOKS = 8;
const LOOK = 200;

type Client = ReturnType<typeof makeClient>;

/** A connection that is made in the background and made anew whenever it breaks. */
export interface Connection {
  /**
   * Throws RetryableError when the server cannot be reached, is silent for 1.6 seconds or refuses; DeniedError where
   * somebody has to do something about that first.
   */
  run<T>(command: (client: Client) => Promise<T>): Promise<T>;
  close(): void;
}

export function connection(url: string): Connection {
  const begin = (made: Client): Client => {
    // Each command reports its own failure. But a reply that cannot be read leaves the client with a connection on which
    // it takes each later reply for that of an earlier command.
    made.on('error', (error) => {
      if (made === client && made.isReady && !(error instanceof ErrorReply)) renew();
    });
    made.connect().catch(() => undefined);
    return made;
  };
  let client = begin(makeClient(url));
  let becomesReady: Promise<unknown> | undefined;
  let waiting = 0;
  let silence = 0;
  let watch: NodeJS.Timeout | undefined;

  const renew = () => {
    silence = 0;
    client.destroy();
    client = begin(client.duplicate());
    becomesReady = undefined;
  };

  // The client's socketTimeout ends only a connection that is silent both ways: while commands are being written to a
  // stalled server it never fires, so silence is counted here. In looks, not by the clock: a process that was itself
  // too busy to read an answer then looks once, not eight times.
  const look = () => {
    silence += 1;
    if (silence === LOOKS) renew();
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
        if (isReplica(cause)) renew();
        throw failure(cause as Error);
      }
    },
    close: () => client.destroy(),
  };
}

/** After a failover the old master may keep its connections: only a new one is led to the new master. */
const isReplica = (cause: unknown) =>
  cause instanceof ErrorReply && /^(READONLY|MASTERDOWN) /.test(cause.message);

/** By the first word of the refusal. What else Redis refuses is over by itself: LOADING, BUSY, READONLY. */
const remedies: Readonly<Record<string, string>> = {
  OOM: 'Give Redis more memory (maxmemory).',
  MISCONF: 'Free the disk of Redis, or mend what else its log names.',
  NOAUTH: 'Give REDIS_URL the password.',
  WRONGPASS: 'Give REDIS_URL the user and the password that Redis knows.',
  NOPERM: 'Give the user of REDIS_URL that right (ACL).',
};

function failure(cause: Error): RetryableError {
  if (!(cause instanceof ErrorReply))
    return new RetryableError(`Redis does not answer: ${cause.message}`, { cause });
  const refused = `Redis refuses: ${cause.message}`;
  const remedy = remedies[cause.message.split(' ', 1)[0] ?? ''];
  return remedy ? new DeniedError(`${refused} ${remedy}`, { cause }) : new RetryableError(refused, { cause });
}

/** `disableOfflineQueue`: without it, commands wait for ever while the server is gone. */
function makeClient(url: string) {
  return createClient({
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
}
