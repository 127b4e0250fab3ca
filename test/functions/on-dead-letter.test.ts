import { afterAll, beforeAll, expect, test } from 'vitest';
import { handle } from '../../functions/onDeadLetter/handle.ts';
import { binaryHeaders, deadLetter } from '../../scripts/local/broker/event.ts';
import { host } from '../../shared/runtime/host.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { memoryStore } from '../memory/store.ts';
import { close, listen } from '../support/event-sink.ts';
import { NOON } from '../support/facts.ts';

const { store } = memoryStore(() => NOON);
const log = logger('onDeadLetter', 'error');
const events = { emit: async () => {} };
const server = host('onDeadLetter', handle({ store, events, clock: () => NOON, log }));
let url: string;
beforeAll(async () => {
  url = await listen(server);
});
afterAll(() => close(server));

test('a dead letter keeps what Triggers filter by, without what the broker added', async () => {
  const attributes = {
    id: '7',
    type: 'dev.knative.apiserver.resource.update',
    source: 'https://10.96.0.1:443',
    specversion: '1.0',
    subject: '/apis/apps/v1/namespaces/acme/deployments/shop-r1',
    kind: 'Deployment',
    namespace: 'acme',
    name: 'shop-r1',
    knativearrivaltime: '2026-03-01T12:00:00Z',
    long: 'x'.repeat(300),
  };
  const refused = { destination: 'switchSelector', code: 422, detail: 'no such release' };
  const letter = deadLetter({ attributes, data: Buffer.from('{}') }, refused);
  const { 'content-length': _, ...headers } = binaryHeaders(letter);
  const json = { ...headers, 'content-type': 'application/json' } as Record<string, string>;
  const res = await fetch(url, { method: 'POST', headers: json, body: '{}' });
  expect(res.status).toBe(204);
  expect(await store.listDeadLetters()).toMatchObject([
    {
      id: '7',
      destination: 'switchSelector',
      code: 422,
      message: 'no such release',
      extensions: { kind: 'Deployment', namespace: 'acme', name: 'shop-r1' },
    },
  ]);
  const [kept] = await store.listDeadLetters();
  expect(Object.keys(kept?.extensions ?? {}).toSorted()).toEqual(['kind', 'name', 'namespace']);
});
