import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokerEvents } from '../../shared/adapters/broker/events.ts';
import { httpProbe } from '../../shared/adapters/http-probe/probe.ts';
import { httpReceivers } from '../../shared/adapters/http-receiver/receivers.ts';
import { ociRegistry } from '../../shared/adapters/oci-registry/registry.ts';
import { ownEvents } from '../../shared/domain/events.ts';
import { host } from '../../shared/runtime/host.ts';
import { handlers } from '../functions/scenes/functions.ts';
import { config, openSystems } from '../functions/scenes/systems.ts';
import { memoryCodeHost } from '../memory/code-host.ts';
import { close, listen, openEventSink } from '../support/event-sink.ts';
import { headerSets } from './corpus/headers.ts';
import { documents, values } from './corpus/json.ts';
import { names } from './corpus/names.ts';
import { ACTS, texts } from './corpus/texts.ts';

const functions = Object.keys(handlers).filter((name) => name !== 'receiveWebhook');
const clock = () => new Date();
const systems = openSystems(clock);
const lines: string[] = [];
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });

let sink: Awaited<ReturnType<typeof openEventSink>>;
const servers = new Map<string, { readonly server: Server; readonly url: string }>();

beforeAll(async () => {
  sink = await openEventSink();
  const ports = {
    ...systems,
    codeHost: memoryCodeHost().port,
    events: brokerEvents({ url: sink.url, source: 'test', clock }),
    registry: ociRegistry({ scheme: 'http' }),
    probe: httpProbe,
    receivers: httpReceivers({ privateRanges: [] }),
    config,
    clock,
    sleep: async () => {},
    newId: randomUUID,
    log,
  };
  for (const name of functions) {
    const handle = handlers[name] ?? expect.unreachable(name);
    const server = host(`hostile-${name}`, handle(ports));
    servers.set(name, { server, url: await listen(server) });
  }
});
afterAll(async () => {
  for (const { server } of servers.values()) await close(server);
  await sink.close();
  await systems.close();
});

const types = [
  ...Object.keys(ownEvents),
  ...['push', 'create', 'delete', 'status'].map((event) => `com.github.${event}`),
  'dev.knative.apiserver.resource.update',
  'dev.knative.apiserver.ref.update',
  'dev.knative.sources.ping',
  'com.example.unknown',
  '__proto__',
];

/** What a refusal says is text that people are shown: bounded, and nothing in it acts. */
async function deliver(name: string, headers: Record<string, string>, body: string, sent: string) {
  const url = servers.get(name)?.url ?? expect.unreachable(name);
  const answer = await fetch(url, { method: 'POST', headers, body });
  const text = await answer.text();
  expect([204, 400, 413, 415, 422], `${name}, ${sent}: ${answer.status} ${text}`).toContain(answer.status);
  expect(text.length, sent).toBeLessThanOrEqual(1000);
  expect(text.trimEnd(), sent).not.toMatch(ACTS);
  return answer.status;
}

const binary = (type: string, more: Record<string, string> = {}) => ({
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-id': randomUUID(),
  'ce-source': '/hostile',
  'ce-type': type,
  ...more,
});

const attributes = ['id', 'type', 'source', 'subject', 'time', 'kind', 'knativeerrordata', 'Bad Name'];

const words = [...Object.values(texts), ...names];

/** Data of every own event and source, with one of its fields as it should not be. */
const dataWith = (value: unknown): readonly object[] => [
  { namespace: value, name: value },
  { namespace: 'acme', name: value },
  { change: value },
  { build: value },
  { delivery: value },
  { by: value },
  { kind: 'Pod', metadata: { labels: { 'cite.dev/app': value, 'cite.dev/build': value } } },
];

describe.each(functions)('%s, whatever it is sent, refuses it or is done with it', (name) => {
  test('as data', async () => {
    for (const [i, data] of documents.entries()) {
      const type = types[i % types.length] ?? '';
      await deliver(name, binary(type), data, `${type} ${data.slice(0, 60)}`);
    }
  });

  // Each value meets each kind of data, attribute and event in one function or another.
  const turn = functions.indexOf(name);
  const oneOf = <T>(all: readonly T[], i: number) => all[(i + turn) % all.length] as T;

  test('in the data of each kind of event', async () => {
    for (const [i, value] of [...words, ...values].entries()) {
      const type = oneOf(types, 3 * i);
      const data = JSON.stringify(oneOf(dataWith(value), i));
      await deliver(name, binary(type), data, `${type} ${data.slice(0, 80)}`);
    }
  });

  test('in the attributes, as headers and as JSON', async () => {
    for (const [i, text] of words.entries()) {
      const type = oneOf(types, 3 * i);
      const header = encodeURIComponent(text.toWellFormed()).slice(0, 3000);
      const inHeaders = Object.fromEntries(
        ['kind', 'namespace', 'name', 'subject'].map((key) => [`ce-${key}`, header]),
      );
      await deliver(name, binary(type, inHeaders), '{}', `${type} in headers ${header.slice(0, 60)}`);
      const event = {
        specversion: '1.0',
        id: '1',
        source: '/x',
        type,
        [oneOf(attributes, i)]: text,
        data: {},
      };
      const json = JSON.stringify(event);
      await deliver(name, { 'content-type': 'application/cloudevents+json' }, json, json.slice(0, 120));
    }
  });

  test('as no event at all', async () => {
    const modes = [
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/cloudevents+xml',
    ];
    for (const type of [...modes, 'application/json', 'text/plain', 'x', ''])
      for (const body of documents.slice(0, 6)) {
        const status = await deliver(name, { 'content-type': type }, body, `${type} ${body.slice(0, 40)}`);
        expect(status).toBeGreaterThanOrEqual(400);
      }
    for (const [what, headers] of Object.entries(headerSets)) {
      if ('expect' in headers) continue; // fetch sends none.
      await deliver(name, binary('dev.cite.change.found', headers), '{}', what);
    }
  });
});

test('and all of them live on, and nothing of it was a fault of theirs, or more than one line of a log', async () => {
  for (const name of functions) await deliver(name, binary('com.example.last'), '{}', 'one more');
  for (const line of lines) {
    expect(JSON.parse(line)).not.toHaveProperty('msg', 'failed unexpectedly');
    expect(line.trimEnd()).not.toMatch(/[\n\r]/);
    expect(line.length).toBeLessThan(20_000);
  }
});
