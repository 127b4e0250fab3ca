import { describe, expect, it } from 'vitest';
import { decide } from '../../functions/receiveWebhook/decide.ts';
import { NOON, sha } from '../support/facts.ts';

const repository = { full_name: 'acme/shop' };
const receive = (event: string, payload: unknown) =>
  decide({
    id: '1/guid',
    event,
    body: typeof payload === 'string' ? payload : JSON.stringify(payload),
    receivedAt: NOON,
  });

describe('receiveWebhook decides', () => {
  it.each<[string, string, unknown, object]>([
    [
      'to emit a push, known by its commit',
      'push',
      { repository, after: sha('a') },
      { action: 'emit', delivery: { commit: sha('a') } },
    ],
    ['to emit the deletion of a branch', 'delete', { repository }, { action: 'emit' }],
    [
      'to emit a foreign status, known by its commit',
      'status',
      { repository, sha: sha('a'), context: 'ci' },
      { action: 'emit', delivery: { commit: sha('a') } },
    ],
    [
      'to skip our own status',
      'status',
      { repository, sha: sha('a'), context: 'cite/acme/shop' },
      { action: 'skip', why: 'it is our own status' },
    ],
    ['to emit a status of no context', 'status', { repository, sha: sha('a') }, { action: 'emit' }],
    [
      'to skip a ping',
      'ping',
      { zen: 'Keep it logically awesome.' },
      { action: 'skip', why: 'nothing waits for ping events' },
    ],
    [
      'to skip what it does not know',
      'sponsorship',
      {},
      { action: 'skip', why: 'nothing waits for sponsorship events' },
    ],
    ['to skip a push of no repository', 'push', {}, { action: 'skip', why: 'it is about no repository' }],
    ['to refuse what is not JSON', 'push', '{', { action: 'refuse', status: 400 }],
    [
      'to refuse the name of a repository that no code host gives',
      'push',
      { repository: { full_name: '../../etc\n\u001b[31m' } },
      { action: 'refuse', status: 400 },
    ],
    ['to refuse JSON that is no object', 'push', '[1]', { action: 'refuse', status: 400 }],
    [
      'to refuse a repository that is none',
      'push',
      { repository: 'acme/shop' },
      { action: 'refuse', status: 400 },
    ],
  ])('%s', (_title, event, payload, reception) => {
    expect(receive(event, payload)).toMatchObject(reception);
  });

  it('that our own status is no part of the story of its commit', () => {
    const own = receive('status', { repository, sha: sha('a'), context: 'cite/acme/shop' });
    expect(own).not.toHaveProperty('delivery.commit');
  });

  it('that the commit of a deleted branch is none', () => {
    expect(receive('push', { repository, after: sha('0') })).not.toHaveProperty('delivery.commit');
  });
});
