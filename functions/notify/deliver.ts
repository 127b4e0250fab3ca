import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import type { Notice } from '../../shared/domain/notice.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import type { Answer, Unanswered } from '../../shared/ports/receivers.ts';
import type { Config } from '../../shared/runtime/config.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { tellApp } from '../../shared/runtime/tell-app.ts';
import { addressOf, decideDelivery, dropped, isDue, isWanted } from './decide-delivery.ts';
import { bodyOf } from './letters.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'receivers' | 'clock' | 'newId'> & {
  readonly config: Config<'CONSOLE_URL'>;
};

/** Longer than an attempt takes. */
const LEASE_MS = 30_000;

/** One attempt to tell one destination. Who dies after it was taken has it told again: by its id the receiver knows. */
export async function deliver(ports: Needs, id: string, log: Logger): Promise<void> {
  const [lease, owner] = [`notice/${id}`, ports.newId()];
  // Somebody else is at it; where they die, resync finds it.
  if (!(await ports.store.takeLease(lease, owner, LEASE_MS))) return;
  try {
    await attempt(ports, id, log);
  } finally {
    await ports.store.returnLease(lease, owner);
  }
}

async function attempt(ports: Needs, id: string, log: Logger): Promise<void> {
  const { store, cluster, clock } = ports;
  const notice = await store.getNotice(id);
  if (!notice || !isDue(notice, clock())) return;
  const app = await mended(() => cluster.getApp(notice.change.app), 'Correct the App.');
  if (!isFault(app) && !isWanted(notice, app)) {
    await store.saveNotice(dropped(notice));
    return log.info({ notice: id }, 'nobody wants to be told');
  }
  const answer = isFault(app) ? app : await post(ports, notice);
  const { notice: next, again, event } = decideDelivery(notice, answer, clock());
  log.info(
    { notice: id, change: notice.change.id, ...next.destination, state: next.state, fault: next.fault },
    'tried to tell',
  );
  // Before it is written that it was tried: the last fault would be said to nobody.
  if (event) await tellApp({ cluster, clock, log }, notice.change.app, event);
  await store.saveNotice(next);
  if (again) throw new RetryableError(`${notice.destination.secret}: ${next.fault}`);
}

async function post({ cluster, receivers, clock, config }: Needs, notice: Notice): Promise<Answer> {
  const { destination, change } = notice;
  const secret = await mended(
    async () => ({ content: await cluster.readSecret(change.app.namespace, destination.secret) }),
    'Give notify the right to read it.',
  );
  if (isFault(secret)) return secret;
  const address = addressOf(destination, secret.content);
  if (isFault(address)) return address;
  return receivers.post({ ...address, id: notice.id, at: clock(), body: bodyOf(notice, config.CONSOLE_URL) });
}

/** What the cluster refuses until a person mends it is a fault of this destination, and ends as every other does. */
async function mended<T>(read: () => Promise<T>, remedy: string): Promise<T | Unanswered> {
  try {
    return await read();
  } catch (err) {
    if (!(err instanceof InvalidError || err instanceof DeniedError)) throw err;
    return { fault: sentence(err.message, 300), remedy };
  }
}

const isFault = (found: App | object | undefined): found is Unanswered =>
  found !== undefined && 'fault' in found;
