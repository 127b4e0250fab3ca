import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { handle } from '../../functions/onPush/handle.ts';
import { decide } from '../../functions/receiveWebhook/decide.ts';
import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { sqliteStore } from '../../scripts/local/store/store.ts';
import { brokerEvents } from '../../shared/adapters/broker/events.ts';
import { github } from '../../shared/adapters/github/github.ts';
import { githubEvent } from '../../shared/domain/events.ts';
import { host } from '../../shared/runtime/host.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { close, listen, openEventSink } from '../support/event-sink.ts';
import { NOON } from '../support/facts.ts';
import { recorded } from '../support/github-examples.ts';

const dir = mkdtempSync(join(tmpdir(), 'cite-recorded-'));
const clock = () => new Date();
const store = sqliteStore({ file: join(dir, 'store.sqlite'), clock });
const cluster = localCluster({
  dir,
  clock,
  serviceAddress: () => ({ host: '127.0.0.1', port: 1, authority: 'x' }),
});
let sink: Awaited<ReturnType<typeof openEventSink>>;
let server: Server;
let toOnPush: ReturnType<typeof brokerEvents>;

beforeAll(async () => {
  sink = await openEventSink();
  const log = logger('onPush', 'error', { write: () => {} });
  const url = 'http://127.0.0.1:9';
  const codeHost = github({ apiUrl: url, cloneUrl: url, token: 'a token that is not used' });
  const events = brokerEvents({ url: sink.url, source: 'onPush', clock });
  const config = { PLATFORM_NAMESPACE: 'cite-system', ALLOWED_REGISTRIES: [] };
  server = host('onPush', handle({ store, cluster, codeHost, events, clock, log, config }));
  toOnPush = brokerEvents({ url: await listen(server), source: 'test', clock });
});
afterAll(async () => {
  await close(server);
  await sink.close();
  cluster.close();
  await store.close();
  rmSync(dir, { recursive: true });
});

const payloads = ['push', 'create', 'delete'].flatMap((event) =>
  recorded(event).map((payload, i) => ({ event, id: `1/${event}-${i}`, payload })),
);

it.each(payloads)("GitHub's recorded $event ($id) ends in a verdict", async ({ event, id, payload }) => {
  const reception = decide({ id, event, body: JSON.stringify(payload), receivedAt: NOON });
  if (reception.action !== 'emit') throw new Error('it is not one that is awaited');
  await store.recordDelivery(reception.delivery);
  await toOnPush.emit(githubEvent(reception.delivery));
  const { ref } = payload as { ref: string };
  const verdict = {
    create: 'its push deploys it',
    delete: 'what is live goes on without its branch',
    push: ref.startsWith('refs/tags/')
      ? `Apps follow branches, not ${ref}`
      : 'no App is on branch master of Codertocat/Hello-World',
  }[event];
  expect((await store.getDelivery(id))?.judgement).toEqual({ skipped: verdict });
});
