import { personKey } from '../../domain/change-query.ts';
import { SHORTEST_PREFIX } from '../../domain/commit-prefix.ts';

/**
 * Every key in Redis. A *record* is a hash: `value` (JSON), and one field per index that it is in (`cite:…`, with its
 * place there), so that whoever removes it can take it out of them. An *index* is a sorted set of record keys. Every id
 * stands at the end of its key, so that no id can be read as another key, whatever it holds. A log's value is gzipped text
 * (plain JSON under `cite:log:` before: those are not looked for, and expire).
 *
 * | key                            | type   | owner        | ends                                                |
 * | ------------------------------ | ------ | ------------ | --------------------------------------------------- |
 * | cite:delivery:<id>             | record | deliveries   | 7 days after receipt                                |
 * | cite:change:<id>               | record | changes      | open: never, it ends first; 90 days after the verdict |
 * | cite:build:<key>               | record | builds       | 30 days after the last write                        |
 * | cite:log-gz:<id>               | record | logs         | 30 days after the last write, or when newer ones need its room |
 * | cite:dead-letter:<id>          | record | dead letters | 30 days after it was refused                        |
 * | cite:audit-entry:<id>          | record | audit        | 90 days after it was done                           |
 * | cite:grant:<id>                | record | grants       | when it ends, or is ended                           |
 * | cite:rights:<grant>            | record | grants       | an hour after GitHub was asked                      |
 * | cite:standby:<release>:<app>   | record | standby checks | an hour after the check                           |
 * | cite:answer:<id>               | record | answers      | a day after it was given                            |
 * | cite:notice:<id>               | record | notices      | pending: never, it is told or given up within a day; 7 days after that |
 * | cite:lease:<name>              | hash   | leases       | a minute after the lease: the clock decides before  |
 * | cite:deliveries:unjudged       | index  | deliveries   | –, an entry leaves with its judgement or record     |
 * | cite:deliveries:commit:<sha7>  | index  | deliveries   | –, an entry leaves with its record                  |
 * | cite:deliveries:repository:<name> | index | deliveries | –, an entry leaves with its record                |
 * | cite:changes, :open, :ended    | index  | changes      | –, an entry leaves with its record                  |
 * | cite:changes:app:<app>         | index  | changes      | –, as above                                         |
 * | cite:changes:repository:<name> | index  | changes      | –, as above                                         |
 * | cite:changes:build:<key>       | index  | changes      | –, as above                                         |
 * | cite:changes:commit:<sha7>     | index  | changes      | –, as above                                         |
 * | cite:changes:branch:<name>     | index  | changes      | –, as above                                         |
 * | cite:changes:person:<name>     | index  | changes      | –, as above                                         |
 * | cite:changes:outcome:<outcome> | index  | changes      | –, as above                                         |
 * | cite:changes:redoes:<id>       | index  | changes      | –, as above                                         |
 * | cite:changes:claims            | hash   | changes      | –, a claim leaves with the verdict                  |
 * | cite:changes:events            | index  | changes      | –, an event leaves 7 days after its place; a member is the event itself |
 * | cite:builds:running            | index  | builds       | –, an entry leaves when the Build is done           |
 * | cite:logs                      | index  | logs         | –, an entry leaves with its record                  |
 * | cite:dead-letters              | index  | dead letters | –, an entry leaves with its record                  |
 * | cite:audit, :app:<address>     | index  | audit        | –, an entry leaves with its record                  |
 * | cite:grants:person:<person>    | index  | grants       | –, an entry leaves with its record                  |
 * | cite:outbox, :revisions        | index, hash | outbox  | –, emptied by notify: no message may be lost to time |
 * | cite:notices:change:<id>       | index  | notices      | –, an entry leaves with its record                  |
 * | cite:notices:pending           | index  | notices      | –, an entry leaves when the notice is told or given up |
 * | cite:expiry                    | index  | expire       | –, every record that ends, by its time              |
 *
 * A record is removed by `expire`, together with its index entries. Its own time to live is longer (GRACE): it is what
 * frees the memory when nothing sweeps; the entries that then stay behind are skipped by every list.
 */
export const keys = {
  delivery: (id: string) => `cite:delivery:${id}`,
  unjudged: 'cite:deliveries:unjudged',
  deliveriesOf: (commit: string) => `cite:deliveries:commit:${commit.slice(0, SHORTEST_PREFIX)}`,
  deliveriesOfRepository: (name: string) => `cite:deliveries:repository:${name.toLowerCase()}`,

  change: (id: string) => `cite:change:${id}`,
  changes: 'cite:changes',
  openChanges: 'cite:changes:open',
  endedChanges: 'cite:changes:ended',
  changesOfApp: (uid: string) => `cite:changes:app:${uid}`,
  changesOfRepository: (name: string) => `cite:changes:repository:${name}`,
  changesOfBuild: (key: string) => `cite:changes:build:${key}`,
  changesOfCommit: (commit: string) => `cite:changes:commit:${commit.slice(0, SHORTEST_PREFIX)}`,
  changesOfBranch: (name: string) => `cite:changes:branch:${name}`,
  changesOfPerson: (name: string) => `cite:changes:person:${personKey(name)}`,
  changesOfOutcome: (outcome: string) => `cite:changes:outcome:${outcome}`,
  changesThatRedo: (id: string) => `cite:changes:redoes:${id}`,
  /** Member: its place and the event. */
  changeEvents: 'cite:changes:events',
  /** Field: App and commit; value: the record of their one open Change. */
  claims: 'cite:changes:claims',

  build: (key: string) => `cite:build:${key}`,
  runningBuilds: 'cite:builds:running',

  log: (id: string) => `cite:log-gz:${id}`,
  logs: 'cite:logs',

  deadLetter: (id: string) => `cite:dead-letter:${id}`,
  deadLetters: 'cite:dead-letters',

  auditEntry: (id: string) => `cite:audit-entry:${id}`,
  audit: 'cite:audit',
  auditOfApp: (address: string) => `cite:audit:app:${address}`,

  grant: (id: string) => `cite:grant:${id}`,
  grantsOf: (person: string) => `cite:grants:person:${person}`,
  rights: (grant: string) => `cite:rights:${grant}`,

  /** Member: id of a Change; place: the order in which they were put here. */
  outbox: 'cite:outbox',
  outboxRevisions: 'cite:outbox:revisions',

  notice: (id: string) => `cite:notice:${id}`,
  noticesOf: (change: string) => `cite:notices:change:${change}`,
  /** By when they are due. */
  pendingNotices: 'cite:notices:pending',

  standbyCheck: (app: string, release: number) => `cite:standby:${release}:${app}`,

  answer: (id: string) => `cite:answer:${id}`,

  lease: (name: string) => `cite:lease:${name}`,

  expiry: 'cite:expiry',
} as const;

/** How much longer than its time a record lives in Redis, in milliseconds. */
export const GRACE = 86_400_000;
/** The same for a lease: clocks that differ by less decide alike. */
export const LEASE_GRACE = 60_000;
