import { expect, vi } from 'vitest';
import { ConflictError, RetryableError } from '../../shared/domain/errors.ts';

export interface Fault {
  readonly name: string;
  /** What was asked for is done before the misfortune. */
  readonly isDone: boolean;
}

/** Stands before a real server and lets misfortunes befall single requests. */
export interface FaultyWay<F extends Fault> {
  /** Requests since the last `befall`. */
  readonly requests: readonly string[];
  /** From now on: what befalls the request of that number, the first is 0; undefined: it passes. */
  befall(choose: (index: number) => F | undefined): void;
  close(): void;
}

/** One verb of a port with all that it needs made ready, and a proxy of its own. */
export interface Attempt<F extends Fault> {
  readonly proxy: FaultyWay<F>;
  /** The verb, each time with the same arguments. */
  readonly call: () => Promise<unknown>;
  /** What there is of it in the real system, without what differs from attempt to attempt. */
  readonly world: () => Promise<unknown>;
  /** A result without what differs from attempt to attempt. */
  readonly plain: (result: unknown) => unknown;
  /** What the same call again meets where the first one was done and its answer lost; absent: it succeeds. */
  readonly lost?: abstract new (
    ...args: never[]
  ) => Error;
}

type Open<F extends Fault> = () => Promise<Attempt<F>>;

/**
 * Each misfortune befalls each request of the verb, in an attempt of its own: the call succeeds, or is to be tried again
 * and says of which system; tried again, it has been done, and done once.
 */
export async function isDoneOnce<F extends Fault>(
  open: Open<F>,
  faultsAt: (request: number) => readonly F[],
  system: RegExp,
): Promise<void> {
  const sound = await open();
  const result = sound.plain(await sound.call());
  const requests = [...sound.proxy.requests];
  const world = await sound.world();
  sound.proxy.close();
  for (const [at, request] of requests.entries()) {
    // Of requests of one kind side by side, the first stands for all.
    if (requests.slice(0, at).some((other) => kind(other) === kind(request))) continue;
    for (const fault of faultsAt(at)) {
      const what = `${fault.name} befell request ${at + 1} of ${requests.length}, ${request}`;
      const attempt = await open();
      const { proxy, call, plain } = attempt;
      proxy.befall((index) => (index === at ? fault : undefined));
      const first = await ending(call);
      if ('error' in first) {
        isRetryable(first.error, what, system);
        proxy.befall(() => undefined);
        const second = await succeedsOrWasDone(attempt, fault, what);
        if ('result' in second) expect(plain(second.result), what).toEqual(result);
      } else expect(plain(first.result), what).toEqual(result);
      // The system itself may still be at work.
      await vi.waitFor(async () => expect(await attempt.world(), what).toEqual(world), { timeout: 5000 });
      proxy.close();
    }
  }
}

/** Whichever of these answers comes, none of which is the system's own: the call is to be tried again, and then succeeds. */
export async function saysNothing<F extends Fault>(
  open: Open<F>,
  foreign: readonly F[],
  system: RegExp,
): Promise<void> {
  const { proxy, call } = await open();
  for (const fault of foreign) {
    proxy.befall(() => fault);
    const end = await ending(call);
    if ('result' in end) throw new Error(`it succeeded on ${fault.name}`);
    isRetryable(end.error, fault.name, system);
  }
  proxy.befall(() => undefined);
  await call();
  proxy.close();
}

/**
 * The misfortune befalls all requests of the call: it is to be tried again, and then has another connection, for the
 * misfortune stays with the one that it befell. Except that a write may go by the headers, which say that it is done.
 */
export async function isGivenUp<F extends Fault>(
  open: Open<F>,
  fault: F,
  what: string,
  system: RegExp,
): Promise<void> {
  const attempt = await open();
  const { proxy, call } = attempt;
  proxy.befall(() => fault);
  const end = await ending(call);
  if ('result' in end) expect([fault.isDone, end.result], what).toEqual([true, undefined]);
  else {
    isRetryable(end.error, what, system);
    proxy.befall(() => undefined);
    await succeedsOrWasDone(attempt, fault, what);
  }
  proxy.close();
}

function isRetryable(error: unknown, what: string, system: RegExp): void {
  expect(error, what).toBeInstanceOf(RetryableError);
  expect((error as Error).message, what).toMatch(system);
}

/** How long a client may take to have its next connection, where the machine has much else to do. */
const RECOVERY_MS = 30_000;

async function succeedsOrWasDone<F extends Fault>({ call, lost }: Attempt<F>, fault: F, what: string) {
  const end = Date.now() + RECOVERY_MS;
  for (;;) {
    const again = await ending(call);
    if ('result' in again) return again;
    if (fault.isDone && lost && again.error instanceof lost) return again;
    if (!isSetBack(again.error) || Date.now() > end)
      throw new Error(`the next call failed: ${what}`, { cause: again.error });
  }
}

const isSetBack = (error: unknown) => error instanceof RetryableError && !(error instanceof ConflictError);

/** What is asked for, whatever the object. */
const kind = (request: string) => (request.startsWith('POST') ? request : request.replace(/\/[^/]*$/, ''));

/** What came of a call. */
const ending = (call: () => Promise<unknown>) =>
  call().then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
