import { type AuditEntry, comesAfter, inAuditOrder, LISTED_ENTRIES } from '../../shared/domain/audit.ts';
import type { Build } from '../../shared/domain/build.ts';
import type { Change } from '../../shared/domain/change.ts';
import { eventsOf, type PlacedEvent, placeAfter } from '../../shared/domain/change-event.ts';
import { inListOrder, LISTED_CHANGES, matcherOf } from '../../shared/domain/change-query.ts';
import { commitPrefix } from '../../shared/domain/commit-prefix.ts';
import type { DeadLetter } from '../../shared/domain/dead-letter.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import { ConflictError } from '../../shared/domain/errors.ts';
import type { Grant, KnownRights } from '../../shared/domain/grant.ts';
import { instant } from '../../shared/domain/instant.ts';
import { kept } from '../../shared/domain/kept.ts';
import type { KeptAnswer } from '../../shared/domain/kept-answer.ts';
import { cutLog } from '../../shared/domain/log.ts';
import type { Notice } from '../../shared/domain/notice.ts';
import type { StandbyCheck } from '../../shared/domain/standby-check.ts';
import { requireAddition } from '../../shared/domain/taken-back.ts';
import { startOfTurn } from '../../shared/domain/turn.ts';
import type { Message, Store } from '../../shared/ports/store.ts';

interface Timed<T> {
  readonly value: T;
  readonly at: number;
}

/** What a store holds. Values are never changed in place, so that a copy of the maps is a copy of the store. */
interface Held {
  readonly deliveries: Map<string, Delivery>;
  readonly changes: Map<string, Change>;
  readonly events: Map<number, PlacedEvent>;
  readonly builds: Map<string, Timed<Build>>;
  readonly logs: Map<string, Timed<string>>;
  /** By Change, oldest first. */
  readonly outbox: Map<string, number>;
  readonly notices: Map<string, Timed<Notice>>;
  readonly letters: Map<string, DeadLetter>;
  readonly audit: Map<string, AuditEntry>;
  readonly grants: Map<string, Grant>;
  /** By grant. */
  readonly rights: Map<string, KnownRights>;
  readonly standbys: Map<string, StandbyCheck>;
  readonly answers: Map<string, KeptAnswer>;
  readonly leases: Map<string, { readonly owner: string; readonly until: number }>;
}

const MOST = 100;

/** The store without a server. A failover goes back to a snapshot; `wipe` loses everything. */
export function memoryStore(clock: () => Date) {
  let held = empty();
  let hasLost = false;
  let writes = 0;
  let hasFailedOver = false;
  /** Messages that a wipe took, by Change. */
  const taken = new Map<string, number>();

  const lasts = (grant: Grant) => Date.parse(grant.endsAt) > clock().getTime();
  const openOf = (app: string, commit: string) =>
    [...held.changes.values()].find(
      (change) => change.app.uid === app && change.commit === commit && !change.verdict,
    );
  const send = ({ id, revision }: Change) => {
    // A message is as old as the write that it tells of.
    held.outbox.delete(id);
    held.outbox.set(id, revision);
    writes++;
  };
  const tell = (change: Change, before?: Change) => {
    for (const event of eventsOf(change, before)) {
      const place = placeAfter([...held.events.keys()].at(-1) ?? 0, instant(event.at));
      held.events.set(place, { place, event });
    }
  };
  const message = (change: string, revision: number): Message => ({
    id: `${change}:${revision}`,
    change,
    revision,
  });
  const newestFirst = <T>(items: readonly T[], time: (item: T) => number, id: (item: T) => string) =>
    items.toSorted((a, b) => time(b) - time(a) || compare(id(b), id(a))).slice(0, MOST);
  const turn = <T>(items: readonly T[], tick: number) => {
    const start = startOfTurn(items.length, tick, MOST);
    return items.slice(start, start + MOST);
  };

  const store: Store = {
    async recordDelivery(delivery) {
      const known = held.deliveries.get(delivery.id);
      if (known) return known.judgement === undefined ? 'repeated' : 'judged';
      instant(delivery.receivedAt);
      held.deliveries.set(delivery.id, plain(delivery));
      writes++;
      return 'new';
    },
    async getDelivery(id) {
      return held.deliveries.get(id);
    },
    async judgeDelivery(id, judgement) {
      const known = held.deliveries.get(id);
      if (known && known.judgement === undefined)
        held.deliveries.set(id, { ...known, judgement: plain(judgement) });
    },
    async unjudgedDeliveries(before, tick = 0) {
      return turn(
        [...held.deliveries.values()]
          .filter((one) => one.judgement === undefined && Date.parse(one.receivedAt) < before.getTime())
          .toSorted((a, b) => compare(a.receivedAt, b.receivedAt) || compare(a.id, b.id)),
        tick,
      );
    },
    async deliveriesOf(commit) {
      const prefix = commitPrefix(commit);
      if (prefix === undefined) return [];
      const own = [...held.deliveries.values()].filter((one) => one.commit?.startsWith(prefix));
      return newestFirst(
        own,
        (one) => Date.parse(one.receivedAt),
        (one) => one.id,
      );
    },
    async lastDelivery(repository) {
      const isOfIt = (one: Delivery) => one.repository.toLowerCase() === repository.toLowerCase();
      const [last] = newestFirst(
        [...held.deliveries.values()].filter(isOfIt),
        (one) => Date.parse(one.receivedAt),
        (one) => one.id,
      );
      return last;
    },

    async openChange(given) {
      const other = held.changes.get(given.id) ?? openOf(given.app.uid, given.commit);
      if (other) return { change: other, opened: false };
      instant(given.openedAt);
      const change = plain({ ...given, revision: 1 });
      held.changes.set(change.id, change);
      send(change);
      tell(change);
      return { change, opened: true };
    },
    async getChange(id) {
      return held.changes.get(id);
    },
    async saveChange(given) {
      const there = held.changes.get(given.id);
      if (!there || there.verdict || there.revision !== given.revision)
        throw new ConflictError(`Change ${given.id} is not open at revision ${given.revision}`);
      requireAddition(there, given);
      const change = plain({ ...given, revision: given.revision + 1 });
      held.changes.set(change.id, change);
      send(change);
      tell(change, there);
      return change;
    },
    async listChanges(query) {
      const matches = matcherOf(query);
      if (!matches) return [];
      return [...held.changes.values()]
        .filter(matches)
        .toSorted(inListOrder)
        .slice(0, Math.max(0, query.limit ?? LISTED_CHANGES));
    },
    async changeEvents(after) {
      return [...held.events.values()].filter(({ place }) => place > after).slice(0, LISTED_CHANGES);
    },

    async getBuild(key) {
      return held.builds.get(key)?.value;
    },
    async saveBuild(given) {
      if ((held.builds.get(given.key)?.value.revision ?? 0) !== given.revision)
        throw new ConflictError(`Build ${given.key} is not at revision ${given.revision}`);
      const build = plain({ ...given, revision: given.revision + 1 });
      held.builds.set(build.key, { value: build, at: clock().getTime() });
      writes++;
      return build;
    },
    async listRunningBuilds() {
      return [...held.builds.values()]
        .map(({ value }) => value)
        .filter(({ state }) => state === 'running')
        .toSorted((a, b) => compare(a.startedAt, b.startedAt) || compare(a.key, b.key));
    },

    async saveLog(id, text) {
      held.logs.set(id, { value: cutLog(text), at: clock().getTime() });
    },
    async readLog(id) {
      return held.logs.get(id)?.value;
    },

    async pendingMessages(tick = 0) {
      return turn([...held.outbox], tick).map(([change, revision]) => message(change, revision));
    },
    async pendingMessage(change) {
      const revision = held.outbox.get(change);
      return revision === undefined ? undefined : message(change, revision);
    },
    async settleMessage({ change, revision }) {
      if (held.outbox.get(change) === revision) held.outbox.delete(change);
    },

    async getNotice(id) {
      return held.notices.get(id)?.value;
    },
    async saveNotice(given) {
      if ((held.notices.get(given.id)?.value.revision ?? 0) !== given.revision)
        throw new ConflictError(`notice ${given.id} is not at revision ${given.revision}`);
      instant(given.dueAt);
      instant(given.writtenAt);
      const notice = plain({ ...given, revision: given.revision + 1 });
      held.notices.set(notice.id, { value: notice, at: clock().getTime() });
      writes++;
      return notice;
    },
    async listNotices(change) {
      return [...held.notices.values()]
        .map(({ value }) => value)
        .filter((one) => one.change.id === change)
        .toSorted((a, b) => compare(a.writtenAt, b.writtenAt) || compare(a.id, b.id));
    },
    async pendingNotices(due, tick = 0) {
      return turn(
        [...held.notices.values()]
          .map(({ value }) => value)
          .filter((one) => one.state === 'pending' && Date.parse(one.dueAt) <= due.getTime())
          .toSorted((a, b) => compare(a.dueAt, b.dueAt) || compare(a.id, b.id)),
        tick,
      );
    },

    async keepDeadLetter(letter) {
      instant(letter.at);
      held.letters.set(letter.id, plain(letter));
      writes++;
    },
    async listDeadLetters() {
      return newestFirst(
        [...held.letters.values()],
        (one) => Date.parse(one.at),
        (one) => one.id,
      );
    },

    async keepAuditEntry(entry) {
      instant(entry.at);
      held.audit.set(entry.id, plain(entry));
    },
    async listAuditEntries({ app, after, limit = LISTED_ENTRIES }) {
      return [...held.audit.values()]
        .filter((one) => app === undefined || one.app === app)
        .filter(comesAfter(after))
        .toSorted(inAuditOrder)
        .slice(0, limit);
    },

    async saveGrant(grant) {
      instant(grant.createdAt);
      instant(grant.endsAt);
      held.grants.set(grant.id, plain(grant));
    },
    async getGrant(id) {
      const grant = held.grants.get(id);
      return grant && lasts(grant) ? grant : undefined;
    },
    async endGrant(id) {
      held.grants.delete(id);
    },
    async listGrants(person) {
      return [...held.grants.values()]
        .filter((one) => one.person === person && lasts(one))
        .toSorted((a, b) => compare(b.createdAt, a.createdAt) || compare(b.id, a.id))
        .slice(0, MOST);
    },
    async saveRights(rights) {
      instant(rights.at);
      held.rights.set(rights.grant, plain(rights));
    },
    async getRights(grant) {
      const rights = held.rights.get(grant);
      return rights && Date.parse(rights.at) + kept.rights > clock().getTime() ? rights : undefined;
    },

    async saveStandbyCheck(check) {
      instant(check.at);
      held.standbys.set(`${check.app}/${check.release}`, plain(check));
    },
    async getStandbyCheck(app, release) {
      return held.standbys.get(`${app}/${release}`);
    },

    async keepAnswer(answer) {
      instant(answer.at);
      held.answers.set(answer.id, plain(answer));
    },
    async getAnswer(id) {
      return held.answers.get(id);
    },

    async takeLease(name, owner, milliseconds) {
      const now = clock().getTime();
      const there = held.leases.get(name);
      if (there && there.owner !== owner && there.until > now) return false;
      held.leases.set(name, { owner, until: now + Math.ceil(milliseconds) });
      return true;
    },
    async returnLease(name, owner) {
      if (held.leases.get(name)?.owner === owner) held.leases.delete(name);
    },

    async expire(now) {
      const past = (at: number, time: number) => at <= now.getTime() - time;
      drop(held.deliveries, (one) => past(Date.parse(one.receivedAt), kept.delivery));
      drop(held.changes, (one) => one.verdict !== undefined && past(Date.parse(one.updatedAt), kept.change));
      drop(held.events, ({ place }) => past(place, kept.changeEvent));
      drop(held.builds, ({ at }) => past(at, kept.build));
      drop(held.logs, ({ at }) => past(at, kept.log));
      drop(held.notices, ({ value, at }) => value.state !== 'pending' && past(at, kept.notice));
      drop(held.letters, (one) => past(Date.parse(one.at), kept.deadLetter));
      drop(held.audit, (one) => past(Date.parse(one.at), kept.audit));
      drop(held.grants, (one) => past(Date.parse(one.endsAt), 0));
      drop(held.rights, (one) => past(Date.parse(one.at), kept.rights));
      drop(held.standbys, (one) => past(Date.parse(one.at), kept.standbyCheck));
      drop(held.answers, (one) => past(Date.parse(one.at), kept.answer));
      drop(held.leases, ({ until }) => past(until, 0));
    },
  };

  return {
    store,
    snapshot: (): Held => copyOf(held),
    begin: (from: Held) => {
      held = copyOf(from);
    },
    failOver: (to: Held) => {
      held = copyOf(to);
      hasLost = true;
      hasFailedOver = true;
    },
    wipe: () => {
      for (const [change, revision] of held.outbox) taken.set(change, revision);
      held = empty();
      hasLost = true;
    },
    /** Deliveries, Changes, Builds and notices that were written: leases and what expires are none. */
    writes: () => writes,
    /** Whether it has ever forgotten something. */
    lost: () => hasLost,
    /**
     * Whether a wipe took a message of this Change that was to be told just then: opened again, the Change begins with the same
     * revision, and who told the old one takes away the message of the new one.
     */
    lostMessage: (change: string) => taken.has(change),
    /** Whether it has forgotten what came last, and that alone. */
    failedOver: () => hasFailedOver,
  };
}

const empty = (): Held => ({
  deliveries: new Map(),
  changes: new Map(),
  events: new Map(),
  builds: new Map(),
  logs: new Map(),
  outbox: new Map(),
  notices: new Map(),
  letters: new Map(),
  audit: new Map(),
  grants: new Map(),
  rights: new Map(),
  standbys: new Map(),
  answers: new Map(),
  leases: new Map(),
});

const copyOf = (held: Held): Held => ({
  deliveries: new Map(held.deliveries),
  changes: new Map(held.changes),
  events: new Map(held.events),
  builds: new Map(held.builds),
  logs: new Map(held.logs),
  outbox: new Map(held.outbox),
  notices: new Map(held.notices),
  letters: new Map(held.letters),
  audit: new Map(held.audit),
  grants: new Map(held.grants),
  rights: new Map(held.rights),
  standbys: new Map(held.standbys),
  answers: new Map(held.answers),
  leases: new Map(held.leases),
});

function drop<K, T>(map: Map<K, T>, isPast: (value: T) => boolean): void {
  for (const [key, value] of map) if (isPast(value)) map.delete(key);
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** As a server would give it back: a copy of its own, without what is undefined. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
