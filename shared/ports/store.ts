import type { AuditEntry, AuditQuery } from '../domain/audit.ts';
import type { Build } from '../domain/build.ts';
import type { Change } from '../domain/change.ts';
import type { PlacedEvent } from '../domain/change-event.ts';
import type { ChangeQuery } from '../domain/change-query.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import type { Delivery, Judgement } from '../domain/delivery.ts';
import type { Grant, KnownRights } from '../domain/grant.ts';
import type { KeptAnswer } from '../domain/kept-answer.ts';
import type { Notice } from '../domain/notice.ts';
import type { StandbyCheck } from '../domain/standby-check.ts';

/**
 * What the platform remembers beside the cluster: deliveries, Changes with their timelines, Builds, logs, the outbox,
 * notices, what people did and were answered, who is signed in, what standbys were last found to be.
 * Wiping it loses history, never a live App or a wish of a person (invariant 7). A lost compare-and-set throws
 * ConflictError, an unreachable store RetryableError, one that somebody has to do something about (memory, a password)
 * DeniedError.
 */
export interface Store
  extends Deliveries,
    Changes,
    Builds,
    Logs,
    Outbox,
    Notices,
    DeadLetters,
    Audit,
    Grants,
    StandbyChecks,
    Answers,
    Leases {
  /** Removes what is past its time (DESIGN §7: every key has an owner and a time to live, or a reason). */
  expire(now: Date): Promise<void>;
}

export interface Deliveries {
  /** Stores a delivery once. `repeated`: it was there and is not judged yet; `judged`: there is nothing left to do. */
  recordDelivery(delivery: Delivery): Promise<'new' | 'repeated' | 'judged'>;
  getDelivery(id: string): Promise<Delivery | undefined>;
  /** The first judgement stays. */
  judgeDelivery(id: string, judgement: Judgement): Promise<void>;
  /**
   * Received before that time and not judged; oldest first, at most 100. Of more, the hundred whose turn it is: `tick` is a
   * number that grows by one.
   */
  unjudgedDeliveries(before: Date, tick?: number): Promise<readonly Delivery[]>;
  /** Deliveries about a commit, given by its first 7 to 40 digits; newest first, at most 100. */
  deliveriesOf(commit: string): Promise<readonly Delivery[]>;
  /** The newest of a repository, in whatever case its name is written. */
  lastDelivery(repository: string): Promise<Delivery | undefined>;
}

export interface Changes {
  /**
   * Stores a new Change, unless its id is known (then that one is returned as it is) or another one of the same App and
   * commit is open (then that other one is). `opened` tells whether this call stored it. A Change may be stored with
   * its verdict (skipped): it then is never open. Puts it in the outbox.
   */
  openChange(change: Change): Promise<{ readonly change: Change; readonly opened: boolean }>;
  getChange(id: string): Promise<Change | undefined>;
  /**
   * Compare-and-set on `change.revision`; the state, its timeline and its outbox entry are one write. ConflictError also
   * where the stored one has its verdict: there is one verdict (invariant 4). What is written is only added to: an
   * Error, for a fault of ours, where it would take something back (`requireAddition`).
   */
  saveChange(change: Change): Promise<Change>;
  /** Newest first. */
  listChanges(query: ChangeQuery): Promise<readonly Change[]>;
  /**
   * What was written of all Changes after that place, in the order in which it was written: whoever has seen a place has
   * seen all that is before it. At most 100.
   */
  changeEvents(after: number): Promise<readonly PlacedEvent[]>;
}

export interface Builds {
  getBuild(key: string): Promise<Build | undefined>;
  /** Compare-and-set on `build.revision`; 0 means that it must not be there yet. */
  saveBuild(build: Build): Promise<Build>;
  listRunningBuilds(): Promise<readonly Build[]>;
}

export interface Logs {
  /**
   * Replaces the log; what is over 10 MB is cut from its beginning, and a line says so. Where they are kept in memory,
   * the oldest logs go when all of them need too much.
   */
  saveLog(id: string, text: string): Promise<void>;
  readLog(id: string): Promise<string | undefined>;
}

/** A Change whose state the outside has not been told yet. Told at least once; `id` lets a receiver drop repetitions. */
export interface Message {
  /** Change id and revision. */
  readonly id: string;
  readonly change: string;
  readonly revision: number;
}

export interface Outbox {
  /**
   * Oldest first, at most 100; of more, the hundred whose turn it is, as with deliveries. One entry per Change: a newer
   * revision replaces the older.
   */
  pendingMessages(tick?: number): Promise<readonly Message[]>;
  pendingMessage(change: string): Promise<Message | undefined>;
  /** Forgets the message; does nothing where a newer revision has replaced it. */
  settleMessage(message: Message): Promise<void>;
}

/** What is to be told to the destinations that an App names: one by one, for each is down at times of its own. */
export interface Notices {
  getNotice(id: string): Promise<Notice | undefined>;
  /** Compare-and-set on `notice.revision`; 0 means that it must not be there yet. */
  saveNotice(notice: Notice): Promise<Notice>;
  /** Of one Change, those that were written first, first. */
  listNotices(change: string): Promise<readonly Notice[]>;
  /** Pending and due by then, what is due for longest first, at most 100; of more, the hundred whose turn it is. */
  pendingNotices(due: Date, tick?: number): Promise<readonly Notice[]>;
}

export interface DeadLetters {
  keepDeadLetter(letter: DeadLetter): Promise<void>;
  /** Newest first, at most 100. */
  listDeadLetters(): Promise<readonly DeadLetter[]>;
}

export interface Audit {
  /** One of an id is kept once. */
  keepAuditEntry(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  listAuditEntries(query: AuditQuery): Promise<readonly AuditEntry[]>;
}

export interface Grants {
  /** Kept until it ends. */
  saveGrant(grant: Grant): Promise<void>;
  /** Undefined: there never was one, it was ended, or its time is over. */
  getGrant(id: string): Promise<Grant | undefined>;
  endGrant(id: string): Promise<void>;
  /** Those of a person, newest first, at most 100. */
  listGrants(person: string): Promise<readonly Grant[]>;
  /** Replaces what was known by that grant. */
  saveRights(rights: KnownRights): Promise<void>;
  /** Undefined: nothing is known, or was found out too long ago to count. */
  getRights(grant: string): Promise<KnownRights | undefined>;
}

export interface StandbyChecks {
  /** Replaces what was found before. */
  saveStandbyCheck(check: StandbyCheck): Promise<void>;
  /** `app` is its uid. Undefined: not checked yet, or too long ago to count. */
  getStandbyCheck(app: string, release: number): Promise<StandbyCheck | undefined>;
}

export interface Answers {
  /** Replaces the one of the same id. */
  keepAnswer(answer: KeptAnswer): Promise<void>;
  getAnswer(id: string): Promise<KeptAnswer | undefined>;
}

export interface Leases {
  /** True: this owner has it until the time is over or it is given back; taking it again prolongs it. */
  takeLease(name: string, owner: string, milliseconds: number): Promise<boolean>;
  returnLease(name: string, owner: string): Promise<void>;
}
