import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { AppRef } from '../../shared/domain/app.ts';
import type { AuditEntry } from '../../shared/domain/audit.ts';
import type { Change } from '../../shared/domain/change.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import { addressOf } from './app-of.ts';
import type { Needs } from './needs.ts';

/** What somebody does, as the route that does it knows it. */
interface Deed extends Pick<AuditEntry, 'action' | 'by' | 'change'> {
  readonly app?: AppRef;
  readonly details?: AuditEntry['details'];
}

/** What only a Change tells: which App it is of. */
export const ofApp = ({ app }: Change): Partial<Deed> => ({ app });

/** Of one that another person had cancelled before nothing was done. */
export const cancelledBy =
  (by: string) =>
  ({ app, verdict }: Change): Partial<Deed> | undefined =>
    verdict?.outcome === 'cancelled' && verdict.by !== by ? undefined : { app };

/** Characters of a detail. */
const MAX_DETAIL = 1024;

/**
 * Does it, and says who did it, when and from where. The record is the line on stdout (DESIGN §7): the store's copy is
 * what the console shows, and where the store is away it is done all the same. What is refused was not done. What was
 * begun and failed may stand, so that is said as well. `found`: what only the result tells; undefined: nothing was done.
 */
export async function audited<T>(
  ports: Pick<Needs, 'log' | 'store' | 'clock' | 'newId'>,
  c: Context,
  deed: Deed,
  work: () => Promise<T>,
  found: (result: T) => Partial<Deed> | undefined = () => ({}),
): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (err) {
    if (!isRefusal(err))
      await record(ports, c, { ...deed, details: { ...deed.details, outcome: 'not finished' } });
    throw err;
  }
  const more = found(result);
  if (more) await record(ports, c, { ...deed, ...more });
  return result;
}

const isRefusal = (err: unknown) =>
  err instanceof InvalidError || (err instanceof HTTPException && err.status < 500);

async function record(
  { log, store, clock, newId }: Pick<Needs, 'log' | 'store' | 'clock' | 'newId'>,
  c: Context,
  { app, details = {}, ...deed }: Deed,
): Promise<void> {
  const entry: AuditEntry = {
    id: newId(),
    at: clock().toISOString(),
    ...deed,
    from: fromOf(c),
    ...(app === undefined ? {} : { app: addressOf(app) }),
    details: Object.fromEntries(
      Object.entries(details).map(([name, text]) => [name, sentence(text, MAX_DETAIL)]),
    ),
  };
  log.info({ audit: entry }, entry.action);
  await store.keepAuditEntry(entry).catch((err: unknown) => {
    log.warn({ err, entry: entry.id }, 'the console will not show who did this: the store did not take it');
  });
}

/** Proxies on the way that are told: what is before them is whatever the client likes to say. */
const HOPS = 4;
/** Characters of an address, and of the program's name. */
const MAX_ADDRESS = 60;
const MAX_PROGRAM = 120;
const NO_ADDRESS = /[^\w.:[\]-]/g;

/** The last addresses on the way, as each proxy tells of the one before it, that of the connection, and the client's program. */
function fromOf(c: Context): string {
  const forwarded = c.req.header('x-forwarded-for')?.split(',').slice(-HOPS) ?? [];
  const connection = getConnInfo(c).remote.address ?? 'unknown';
  const addresses = [...forwarded, connection]
    .map((address) => address.replace(NO_ADDRESS, '').slice(0, MAX_ADDRESS))
    .filter(Boolean);
  const program = sentence(c.req.header('user-agent') ?? '', MAX_PROGRAM);
  return [addresses.join(', '), program].filter(Boolean).join(' · ');
}
