import type { Context } from 'hono';
import type { AppRef } from '../../shared/domain/app.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import { addressOf } from './app-of.ts';
import type { Needs } from './needs.ts';

/** What a person did. Without `by` it was whoever the console takes the request to be of. */
interface Deed {
  readonly action: string;
  readonly by?: string | undefined;
  readonly app?: AppRef;
  readonly change?: string;
  /** What else was said, but no secret. */
  readonly details?: Readonly<Record<string, string>>;
}

/**
 * Says who did what, when and from where. The record is the line on stdout (DESIGN §7): the store's copy is what the
 * console shows, and where the store is away the deed is done all the same.
 */
export async function audit(
  { log, store, clock, newId }: Pick<Needs, 'log' | 'store' | 'clock' | 'newId'>,
  c: Context,
  { action, by = String(c.get('person')), app, change, details = {} }: Deed,
): Promise<void> {
  const entry = {
    id: newId(),
    at: clock().toISOString(),
    action,
    by,
    from: fromOf(c),
    ...(app === undefined ? {} : { app: addressOf(app) }),
    ...(change === undefined ? {} : { change }),
    details,
  };
  log.info({ audit: entry }, action);
  await store.keepAuditEntry(entry).catch((err: unknown) => {
    log.warn({ err, entry: entry.id }, 'the console will not show who did this: the store did not take it');
  });
}

/** Addresses on the way, as proxies tell them (the first of them is the client's own word), and the client's program. */
function fromOf(c: Context): string {
  const { remoteAddress } = c.env.incoming.socket;
  const address = c.req.header('x-forwarded-for') ?? remoteAddress ?? 'an unknown address';
  return [address, c.req.header('user-agent')]
    .filter((text) => text !== undefined)
    .map((text) => sentence(text, LONGEST))
    .join(' · ');
}

/** Characters of each. */
const LONGEST = 120;
