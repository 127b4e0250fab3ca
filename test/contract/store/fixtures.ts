import type { AuditEntry } from '../../../shared/domain/audit.ts';
import type { Build } from '../../../shared/domain/build.ts';
import { type Change, openChange, type Verdict } from '../../../shared/domain/change.ts';
import type { DeadLetter } from '../../../shared/domain/dead-letter.ts';
import type { Delivery } from '../../../shared/domain/delivery.ts';
import type { Grant } from '../../../shared/domain/grant.ts';
import type { KeptAnswer } from '../../../shared/domain/kept-answer.ts';
import type { Notice } from '../../../shared/domain/notice.ts';

export const START = Date.parse('2026-01-01T00:00:00.000Z');
export const SECOND = 1000;
export const DAY = 86_400_000;

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const skipped: Verdict = { outcome: 'skipped', why: 'marker in the commit message' };

export const after = (milliseconds: number) => new Date(START + milliseconds);

/** A commit that begins with these digits. */
export const commitFrom = (digits: string) => digits.padEnd(40, '0');

export function aDelivery(id: string, with_: Partial<Delivery> = {}): Delivery {
  const received = { receivedAt: after(0).toISOString(), body: '{"ref":"refs/heads/main"}' };
  return { id, event: 'push', repository: 'acme/shop', commit: COMMIT, ...received, ...with_ };
}

export function aChange(id: string, with_: Partial<Change> = {}, opened = 0): Change {
  const change = openChange(
    {
      id,
      app: { namespace: 'acme', name: 'shop', uid: 'uid-shop' },
      repository: 'acme/shop',
      branch: 'main',
      kind: 'push',
      commit: COMMIT,
      title: 'Add a basket',
      author: 'ada',
      state: 'building',
      reason: 'build requested',
    },
    after(opened),
  );
  return { ...change, ...with_ };
}

export function aBuild(key: string, with_: Partial<Build> = {}): Build {
  const startedAt = after(0).toISOString();
  return { key, repository: 'acme/shop', commit: COMMIT, state: 'running', startedAt, revision: 0, ...with_ };
}

export const aGrant = (id: string, with_: Partial<Grant> = {}): Grant => ({
  id,
  kind: 'session',
  person: '7',
  login: 'ann',
  name: 'Firefox',
  scope: 'admin',
  createdAt: after(0).toISOString(),
  endsAt: after(DAY).toISOString(),
  sealed: 'sealed',
  ...with_,
});
export function aNotice(id: string, with_: Partial<Notice> = {}): Notice {
  const at = after(0).toISOString();
  return {
    id,
    destination: { kind: 'webhook', secret: 'hook' },
    event: 'deployed',
    change: aChange('c'),
    at,
    writtenAt: at,
    state: 'pending',
    attempts: 0,
    dueAt: at,
    revision: 0,
    ...with_,
  };
}

export function aLetter(id: string, at = 0): DeadLetter {
  return {
    id,
    type: 'dev.cite.build.finished',
    source: '/cite/on-build',
    data: { build: 'k1', nested: [null, 1.5, {}] },
    destination: 'onStatus',
    code: 500,
    message: 'TypeError: x is undefined',
    at: after(at).toISOString(),
  };
}

export function anEntry(id: string, at = 0, app?: string): AuditEntry {
  const about = app === undefined ? {} : { app };
  const details = { release: 'r1', why: 'it is slow' };
  return {
    id,
    at: after(at).toISOString(),
    action: 'activate',
    by: 'ada',
    from: '192.0.2.7',
    ...about,
    details,
  };
}

export const anAnswer = (id: string, at = 0, sealed = 'enciphered'): KeptAnswer => ({
  id,
  at: after(at).toISOString(),
  sealed,
});

export const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id);
