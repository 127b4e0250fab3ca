import { concludeChange } from '../../../shared/domain/change.ts';
import { ConflictError } from '../../../shared/domain/errors.ts';
import type { Store } from '../../../shared/ports/store.ts';
import {
  aBuild,
  aChange,
  aDelivery,
  after,
  aGrant,
  aLetter,
  aNotice,
  anAnswer,
  anEntry,
  COMMIT,
  skipped,
} from '../../contract/store/fixtures.ts';

export interface Verb {
  /** Stores what the verb needs, and gives the call. */
  readonly prepare: (store: Store) => Promise<(store: Store) => Promise<unknown>>;
  readonly writes: boolean;
  /** A result without what tells the first call from one that found it done. */
  readonly plain?: (result: unknown) => unknown;
  /** What the same call meets after one that was done. */
  readonly lost?: abstract new (
    ...args: never[]
  ) => Error;
}

const reads = (
  call: (store: Store) => Promise<unknown>,
  prepare: (store: Store) => Promise<unknown> = async () => {},
): Verb => ({
  writes: false,
  async prepare(store) {
    await prepare(store);
    return call;
  },
});

const writes = (
  call: (store: Store) => Promise<unknown>,
  prepare: (store: Store) => Promise<unknown> = async () => {},
): Verb => ({ ...reads(call, prepare), writes: true });

const deliver = (store: Store) => store.recordDelivery(aDelivery('d'));
const open = (store: Store) => store.openChange(aChange('c', { build: 'k' }));
const grant = aGrant('g', { endsAt: '2100-01-01T00:00:00.000Z' });
const known = { grant: 'g', isAdmin: false, at: '2099-01-01T00:00:00.000Z', repositories: {} };
const check = { app: 'uid-shop', release: 1, at: after(0).toISOString() };

/** Every verb of the port. A new one without a row here does not compile. */
export const verbs: Readonly<Record<keyof Store, Verb>> = {
  recordDelivery: { ...writes(deliver), plain: (result) => (result === 'repeated' ? 'new' : result) },
  getDelivery: reads((store) => store.getDelivery('d'), deliver),
  judgeDelivery: writes((store) => store.judgeDelivery('d', { skipped: 'a marker' }), deliver),
  unjudgedDeliveries: reads((store) => store.unjudgedDeliveries(after(1)), deliver),
  deliveriesOf: reads((store) => store.deliveriesOf(COMMIT), deliver),

  lastDelivery: reads((store) => store.lastDelivery('acme/shop'), deliver),

  openChange: { ...writes(open), plain: (result) => (result as Awaited<ReturnType<typeof open>>).change },
  getChange: reads((store) => store.getChange('c'), open),
  saveChange: {
    writes: true,
    async prepare(store) {
      const { change } = await open(store);
      return (other) => other.saveChange(concludeChange(change, skipped, after(1)));
    },
    lost: ConflictError,
  },
  listChanges: reads((store) => store.listChanges({ open: true }), open),

  changeEvents: reads((store) => store.changeEvents(0), open),

  getBuild: reads(
    (store) => store.getBuild('k'),
    (store) => store.saveBuild(aBuild('k')),
  ),
  saveBuild: { ...writes((store) => store.saveBuild(aBuild('k'))), lost: ConflictError },
  listRunningBuilds: reads(
    (store) => store.listRunningBuilds(),
    (store) => store.saveBuild(aBuild('k')),
  ),

  saveLog: writes((store) => store.saveLog('k', 'a line\n')),
  readLog: reads(
    (store) => store.readLog('k'),
    (store) => store.saveLog('k', 'a line\n'),
  ),

  pendingMessages: reads((store) => store.pendingMessages(), open),
  pendingMessage: reads((store) => store.pendingMessage('c'), open),
  settleMessage: {
    writes: false,
    async prepare(store) {
      await open(store);
      return (other) => other.settleMessage({ id: 'c:1', change: 'c', revision: 1 });
    },
  },

  getNotice: reads(
    (store) => store.getNotice('n'),
    (store) => store.saveNotice(aNotice('n')),
  ),
  saveNotice: { ...writes((store) => store.saveNotice(aNotice('n'))), lost: ConflictError },
  listNotices: reads(
    (store) => store.listNotices('c'),
    (store) => store.saveNotice(aNotice('n')),
  ),
  pendingNotices: reads(
    (store) => store.pendingNotices(after(1)),
    (store) => store.saveNotice(aNotice('n')),
  ),

  keepDeadLetter: writes((store) => store.keepDeadLetter(aLetter('l'))),
  listDeadLetters: reads(
    (store) => store.listDeadLetters(),
    (store) => store.keepDeadLetter(aLetter('l')),
  ),

  keepAuditEntry: writes((store) => store.keepAuditEntry(anEntry('e'))),
  listAuditEntries: reads(
    (store) => store.listAuditEntries({}),
    (store) => store.keepAuditEntry(anEntry('e')),
  ),

  saveGrant: writes((store) => store.saveGrant(grant)),
  getGrant: reads(
    (store) => store.getGrant(grant.id),
    (store) => store.saveGrant(grant),
  ),
  endGrant: {
    writes: false,
    async prepare(store) {
      await store.saveGrant(grant);
      return (other) => other.endGrant(grant.id);
    },
  },
  listGrants: reads(
    (store) => store.listGrants(grant.person),
    (store) => store.saveGrant(grant),
  ),
  saveRights: writes((store) => store.saveRights(known)),
  getRights: reads(
    (store) => store.getRights(known.grant),
    (store) => store.saveRights(known),
  ),

  saveStandbyCheck: writes((store) => store.saveStandbyCheck(check)),
  getStandbyCheck: reads(
    (store) => store.getStandbyCheck(check.app, check.release),
    (store) => store.saveStandbyCheck(check),
  ),

  keepAnswer: writes((store) => store.keepAnswer(anAnswer('a'))),
  getAnswer: reads(
    (store) => store.getAnswer('a'),
    (store) => store.keepAnswer(anAnswer('a')),
  ),

  takeLease: writes((store) => store.takeLease('sweep', 'a', 1000)),
  returnLease: {
    writes: false,
    async prepare(store) {
      await store.takeLease('sweep', 'a', 1000);
      return (other) => other.returnLease('sweep', 'a');
    },
  },
  expire: {
    writes: false,
    async prepare(store) {
      await deliver(store);
      return (other) => other.expire(new Date('2030-01-01'));
    },
  },
};
