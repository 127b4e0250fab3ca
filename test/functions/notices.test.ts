import { describe, expect, it } from 'vitest';
import {
  addressOf,
  decideDelivery,
  dropped,
  isDue,
  isWanted,
} from '../../functions/notify/decide-delivery.ts';
import { eventOf, noticesOf } from '../../functions/notify/decide-notices.ts';
import { bodyOf } from '../../functions/notify/letters.ts';
import type { AppSpecInput } from '../../shared/domain/app-spec.ts';
import type { Change } from '../../shared/domain/change.ts';
import type { Destination, Notice } from '../../shared/domain/notice.ts';
import type { Answer } from '../../shared/ports/receivers.ts';
import { aChange, anApp, minutesAfterNoon, NOON } from '../support/facts.ts';

const slack: Destination = { kind: 'slack', secret: 'team-chat' };
const webhook: Destination = { kind: 'webhook', secret: 'deploys' };
const deployed: Partial<Change> = {
  state: 'ended',
  release: 7,
  reason: 'deployed as r7',
  verdict: { outcome: 'deployed', release: 7 },
};
const notified = (...notifications: NonNullable<AppSpecInput['notifications']>) =>
  anApp({ spec: { notifications } });
const noticeTo = (destination: Destination, change: Partial<Change> = deployed): Notice =>
  noticesOf(
    aChange(change),
    notified({
      ...destination,
      events: ['deployed', 'failed', 'refused', 'cancelled', 'superseded', 'skipped', 'held'],
    }),
    NOON,
  )[0] ?? expect.unreachable();

describe('what an App wants to be told', () => {
  it('is a notice for each destination that named the event, with an id of its own', () => {
    const app = notified(slack, webhook, { kind: 'webhook', secret: 'holds', events: ['held'] });
    const notices = noticesOf(aChange(deployed), app, minutesAfterNoon(1));
    expect(notices.map(({ destination }) => destination)).toEqual([slack, webhook]);
    expect(new Set(notices.map(({ id }) => id)).size).toBe(2);
    expect(notices[0]).toMatchObject({
      event: 'deployed',
      state: 'pending',
      change: { id: 'uid-1/push-1', release: 7, reason: 'deployed as r7' },
      at: NOON.toISOString(),
      writtenAt: minutesAfterNoon(1).toISOString(),
    });
  });

  it.each<[Partial<Change>, string | undefined]>([
    [{ state: 'building' }, undefined],
    [{ state: 'starting', release: 7 }, undefined],
    [{ state: 'held' }, 'held'],
    [deployed, 'deployed'],
    [{ state: 'ended', verdict: { outcome: 'superseded', by: 'r8' } }, 'superseded'],
    [{ state: 'ended', verdict: { outcome: 'cancelled', by: 'Ada' } }, 'cancelled'],
  ])('of %j: %s', (change, event) => {
    expect(eventOf(aChange(change))).toBe(event);
    const all = notified({
      kind: 'slack',
      secret: 's',
      events: ['deployed', 'superseded', 'cancelled', 'held'],
    });
    expect(noticesOf(aChange(change), all, NOON).map((one) => one.event)).toEqual(event ? [event] : []);
  });

  it('is deployed and failed where nothing else is asked for', () => {
    const events = ['deployed', 'failed', 'refused', 'cancelled', 'superseded', 'skipped'] as const;
    const told = events.filter((outcome) => {
      const verdict = { outcome, release: 1, by: 'x', why: 'x' } as Change['verdict'] & object;
      return noticesOf(aChange({ state: 'ended', verdict }), notified(slack), NOON).length > 0;
    });
    expect(told).toEqual(['deployed', 'failed']);
  });

  it('has the same id whenever it is written, another for every other thing', () => {
    const id = (change: Partial<Change>, to = webhook) => noticeTo(to, change).id;
    expect(id(deployed)).toBe(id({ ...deployed, updatedAt: minutesAfterNoon(9).toISOString() }));
    const others = [
      id(deployed),
      id({ ...deployed, id: 'uid-1/push-2' }),
      id({ state: 'held' }),
      id(deployed, slack),
      id(deployed, { kind: 'webhook', secret: 'other' }),
    ];
    expect(new Set(others).size).toBe(others.length);
    // A full stop would let two ids be signed alike.
    for (const one of others) expect(one).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  it('is nothing where the App is gone, or is another one of the name', () => {
    expect(noticesOf(aChange(deployed), undefined, NOON)).toEqual([]);
    expect(noticesOf(aChange(deployed), { ...notified(slack), uid: 'uid-2' }, NOON)).toEqual([]);
  });

  it('is nothing of what was found again after a loss, and ended more than a day ago', () => {
    const found = aChange({ ...deployed, foundAgain: true });
    const count = (change: Change, hours: number) =>
      noticesOf(change, notified(slack), minutesAfterNoon(hours * 60)).length;
    expect([count(found, 23), count(found, 25), count(aChange(deployed), 25)]).toEqual([1, 0, 1]);
  });

  it('is nothing of what may have been told so long ago that nobody knows', () => {
    const count = (minutes: number) =>
      noticesOf(aChange(deployed), notified(slack), minutesAfterNoon(minutes)).length;
    expect([count(7 * 24 * 60 - 1), count(7 * 24 * 60)]).toEqual([1, 0]);
  });
});

describe('the Secret of a destination', () => {
  it.each<[Destination, Record<string, string> | undefined, object]>([
    [slack, { url: ' https://hooks.slack.com/x\n' }, { url: 'https://hooks.slack.com/x' }],
    [webhook, { url: 'https://a.test', key: 'whsec_x\n' }, { url: 'https://a.test', key: 'whsec_x' }],
    [slack, undefined, { fault: 'there is no such Secret', remedy: 'Create team-chat, with the key url.' }],
    [slack, { address: 'x' }, { fault: 'the Secret has no url' }],
    [slack, { url: ' ' }, { fault: 'the Secret has no url' }],
    [webhook, { url: 'https://a.test' }, { fault: 'the Secret has no key' }],
  ])('%j with %j', (destination, content, expected) => {
    expect(addressOf(destination, content)).toMatchObject(expected);
  });
});

describe('a notice', () => {
  const notice = noticeTo(webhook);

  it('is wanted for as long as its App names the destination', () => {
    expect(isWanted(notice, notified(slack, webhook))).toBe(true);
    expect(isWanted(notice, notified(slack))).toBe(false);
    expect(isWanted(notice, notified({ ...webhook, kind: 'slack' }))).toBe(false);
    expect(isWanted(notice, { ...notified(webhook), uid: 'uid-2' })).toBe(false);
    expect(isWanted(notice, undefined)).toBe(false);
    expect(dropped({ ...notice, fault: 'x' })).toEqual({ ...notice, state: 'dropped' });
  });

  it('is due at once, and after an attempt at its time', () => {
    const later = { ...notice, attempts: 1, dueAt: minutesAfterNoon(5).toISOString() };
    expect(isDue(notice, minutesAfterNoon(-1))).toBe(true);
    expect(isDue(later, minutesAfterNoon(4))).toBe(false);
    expect(isDue(later, minutesAfterNoon(5))).toBe(true);
    expect(isDue({ ...later, state: 'told' }, minutesAfterNoon(5))).toBe(false);
  });
});

describe('an attempt', () => {
  const notice = noticeTo(webhook);
  const tried = (attempts: number): Notice => ({ ...notice, attempts, fault: 'it answered 500' });
  const after = (answer: Answer, attempts = 0, minutes = 0) =>
    decideDelivery(tried(attempts), answer, minutesAfterNoon(minutes));
  const minutesUntil = ({ notice: { dueAt } }: { notice: Notice }) =>
    (Date.parse(dueAt) - NOON.getTime()) / 60_000;

  it.each([200, 202, 204, 299])('that is answered %i has told it', (status) => {
    const { notice: told, again, event } = after({ status }, 2);
    expect({ again, event }).toEqual({ again: false, event: undefined });
    expect(told).toEqual({ ...notice, state: 'told', attempts: 3 });
  });

  it.each<[string, Answer]>([
    ['an error of the receiver', { status: 503 }],
    ['too many at once', { status: 429 }],
    ['no answer', { fault: 'no answer in 5000 ms' }],
  ])(
    'that met %s is made again at once three times, then after longer and longer pauses',
    (_what, answer) => {
      const pauses = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => {
        const { notice: next, again, event } = after(answer, attempts);
        expect(event).toBeUndefined();
        expect(next).toMatchObject({ state: 'pending', attempts: attempts + 1 });
        return again ? 'at once' : minutesUntil({ notice: next });
      });
      expect(pauses).toEqual(['at once', 'at once', 'at once', 5, 10, 20, 40, 60, 60]);
    },
  );

  it('is made again when the receiver asks for it, and once more before it is given up', () => {
    const asked = after({ status: 429, retryAfterMs: 90 * 60_000 });
    expect({ again: asked.again, minutes: minutesUntil(asked) }).toEqual({ again: false, minutes: 90 });
    expect(minutesUntil(after({ status: 503, retryAfterMs: 99 * 3_600_000 }))).toBe(24 * 60);
  });

  it.each<[Answer, RegExp]>([
    [{ status: 404 }, /: it answered 404\. Look whether the url in the Secret is still valid\./],
    [{ status: 302 }, /: it answered 302, and redirects are not followed\. Put the address/],
    [{ fault: 'the Secret has no url', remedy: 'Put it there.' }, /: the Secret has no url\. Put it there\./],
  ])('that needs a person (%j) is told to the App, and made again', (answer, message) => {
    const { notice: next, again, event } = after(answer);
    expect({ again, state: next.state }).toEqual({ again: false, state: 'pending' });
    expect(minutesUntil({ notice: next })).toBe(5);
    expect(event).toMatchObject({ type: 'Warning', reason: 'NotificationFailed' });
    expect(event?.message).toMatch(message);
    expect(event?.message).toMatch(
      /^webhook by the Secret deploys was not told of push of aaaaaaa, deployed: .* until 2026-03-02T12:00:00\.000Z\.$/,
    );
  });

  it.each([408, 425, 429, 500])('that is answered %i needs nobody', (status) => {
    expect(after({ status }).event).toBeUndefined();
  });

  it('a day after it was written is the last one', () => {
    const last = after({ status: 500 }, 29, 24 * 60);
    expect(last.notice).toMatchObject({ state: 'given up', attempts: 30, fault: 'it answered 500' });
    expect(last.again).toBe(false);
    expect(last.event).toMatchObject({ type: 'Warning', reason: 'NotificationLost' });
    expect(last.event?.message).toMatch(
      /: it answered 500\. It was tried 30 times, and is not tried again\.$/,
    );
    expect(after({ status: 500 }, 28, 24 * 60 - 1).notice.state).toBe('pending');
    expect(after({ status: 200 }, 29, 24 * 60).notice.state).toBe('told');
  });

  it('that is answered 410 is the last one', () => {
    expect(after({ status: 410 })).toMatchObject({
      notice: { state: 'given up' },
      event: { reason: 'NotificationLost' },
    });
  });
});

describe('the body', () => {
  const URL = 'https://cite.test';

  it('of a webhook is as docs/notifications.md has it', () => {
    expect(JSON.parse(bodyOf(noticeTo(webhook, { ...deployed, by: 'Ada' }), URL))).toEqual({
      type: 'change.deployed',
      version: 1,
      timestamp: '2026-03-01T12:00:00.000Z',
      data: {
        app: { namespace: 'acme', name: 'shop', url: 'https://cite.test/apps/acme/shop' },
        change: {
          id: 'uid-1/push-1',
          kind: 'push',
          url: 'https://cite.test/changes/uid-1%2Fpush-1',
          by: 'Ada',
        },
        repository: 'acme/shop',
        branch: 'main',
        commit: { sha: 'a'.repeat(40), title: expect.any(String), author: expect.any(String) },
        release: 'r7',
        reason: 'deployed as r7',
      },
    });
  });

  it('of a webhook leaves out what there is not', () => {
    const { data } = JSON.parse(bodyOf(noticeTo(webhook, { state: 'held', reason: 'held by Ada' }), URL));
    expect(data).not.toHaveProperty('release');
    expect(data.change).not.toHaveProperty('by');
  });

  it('is the same in every attempt', () => {
    const notice = noticeTo(webhook);
    const later = { ...notice, attempts: 9, fault: 'x', dueAt: minutesAfterNoon(9).toISOString() };
    expect(bodyOf(later, URL)).toBe(bodyOf(notice, URL));
  });

  const message = (change: Partial<Change> = {}) =>
    JSON.parse(bodyOf(noticeTo(slack, { ...deployed, ...change }), URL));

  it('for Slack links the App and the Change, and says what became of it', () => {
    const { text, blocks } = message({ kind: 'rollback' });
    expect(text).toBe('acme/shop: rollback to aaaaaaa deployed as r7');
    expect(blocks[0].text).toEqual({
      type: 'mrkdwn',
      text:
        '<https://cite.test/apps/acme/shop|acme/shop>: ' +
        '<https://cite.test/changes/uid-1%2Fpush-1|rollback to aaaaaaa> deployed as r7',
      verbatim: true,
    });
  });

  it('for Slack lets no words of others call anybody, link anywhere or be more than text', () => {
    const hostile = '<!channel> <https://evil.test|click> & *bold*';
    const { text, blocks, parse } = message({
      title: hostile,
      author: hostile,
      reason: `failed: ${hostile}`,
    });
    const escaped = '&lt;!channel&gt; &lt;https://evil.test|click&gt; &amp; *bold*';
    expect(parse).toBe('none');
    expect(text).toContain(`failed: ${escaped}`);
    expect(blocks[0].text.text).toContain(`failed: ${escaped}`);
    expect(blocks[1].elements).toEqual([
      { type: 'plain_text', text: `acme/shop · main · ${escaped} · ${escaped}`, emoji: false },
    ]);
  });

  it('for Slack stays within its 3000 characters, whatever others have written', () => {
    const long = '<'.repeat(5000);
    const { text, blocks } = message({ title: long, author: long, branch: long, reason: long });
    for (const part of [text, blocks[0].text.text, blocks[1].elements[0].text])
      expect(part.length).toBeLessThanOrEqual(3000);
  });
});
