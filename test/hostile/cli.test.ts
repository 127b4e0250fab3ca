import { createServer, type RequestListener, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cite } from '../cli/cite.ts';
import { close, listen } from '../support/event-sink.ts';
import { texts } from './corpus/texts.ts';

/** What moves a cursor, forges a title or turns a text around; a line break and a tab are the command's own. */
const ACTS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

let server: Server;
let url: string;
let answer: RequestListener;
beforeAll(async () => {
  server = createServer((req, res) => {
    req.resume();
    answer(req, res);
  });
  url = await listen(server);
});
afterAll(() => close(server));

const run = (...args: string[]) =>
  cite(args, { env: { CITE_URL: url, CITE_TOKEN: 'planted-token-0123456789' } });

/** All that acts on a terminal, in one text. */
const evil = Object.values(texts)
  .filter((text) => text.length < 1000)
  .join('');
const time = '2026-01-31T12:00:00Z';
const change = {
  id: evil,
  app: { namespace: evil, name: evil },
  kind: evil,
  commit: evil,
  title: evil,
  author: evil,
  build: evil,
  state: evil,
  reason: evil,
  verdict: { outcome: evil, text: evil, detail: evil },
  openedAt: time,
  updatedAt: time,
  timeline: [{ at: time, state: evil, reason: evil }],
};
const release = {
  number: 1,
  name: evil,
  commit: evil,
  state: evil,
  note: evil,
  kind: evil,
  title: evil,
  createdAt: time,
};
const app = {
  namespace: evil,
  name: evil,
  repository: evil,
  branch: evil,
  failed: evil,
  head: evil,
  hold: { by: evil, why: evil, at: time },
  status: { state: evil, url: evil, live: evil, commit: evil },
  spec: { repository: evil, branch: evil, env: { [evil]: evil } },
  live: release,
  standby: [release],
  next: [release],
  conditions: [{ type: evil, status: 'False', reason: evil, message: evil }],
  lastChange: change,
};
/** Whatever is asked for is in it. */
const everything = {
  ...app,
  ...change,
  hold: app.hold,
  message: evil,
  apps: [app],
  changes: [change],
  releases: [release],
  deliveries: [{ id: evil, event: evil, judgement: evil, receivedAt: time }],
  actions: [{ app, release: 1, action: evil, reason: evil }],
  version: evil,
  underWay: [change],
  deadLetters: [
    { at: time, code: 500, function: evil, message: evil, remedy: evil, subject: evil, type: evil },
  ],
};

const commands: readonly (readonly string[])[] = [
  ['apps', 'list'],
  ['apps', 'show', 'a/b'],
  ['apps', 'show', 'b'],
  ['apps', 'create', 'a/b'],
  ['apps', 'set', 'a/b', '--port', '80'],
  ['apps', 'delete', 'a/b', '--yes'],
  ['releases', 'a/b'],
  ['activate', 'a/b', 'r1'],
  ['redeploy', 'a/b'],
  ['hold', 'a/b'],
  ['lift', 'a/b'],
  ['retry', 'abcdef0'],
  ['cancel', 'abcdef0'],
  ['why', 'abcdef0'],
  ['why', 'a/b'],
  ['sweep', '--dry-run'],
  ['status'],
  ['env', 'set', 'a/b', 'A=1'],
  ['secrets', 'set', 'a/b', 'A=1'],
  ['logs', 'a/b'],
];

const json =
  (status: number, body: unknown, type = 'application/json'): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));

describe('what a hostile platform answers acts on no terminal', () => {
  // One server, one way to answer at a time: the commands of a case run beside each other.
  const all = async (args: readonly (readonly string[])[], ...more: string[]) => {
    for (const { code, out, err } of await Promise.all(args.map((command) => run(...command, ...more)))) {
      expect([0, 1, 2]).toContain(code);
      expect(out).not.toMatch(ACTS);
      expect(err).not.toMatch(ACTS);
      expect(err).not.toContain('planted');
    }
  };

  test('in every field of every answer', { timeout: 120_000 }, async () => {
    answer = json(200, everything);
    await all(commands);
  });

  test('with --json, which is still the same JSON', { timeout: 60_000 }, async () => {
    answer = json(200, everything);
    await all(commands.slice(0, 2), '--json');
    const { out } = await run('apps', 'show', 'a/b', '--json');
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(everything)));
  });

  test('as a problem, or as what is no answer of Cite’s', { timeout: 120_000 }, async () => {
    const some = [commands[0] ?? [], commands[13] ?? []];
    const answers: readonly RequestListener[] = [
      json(422, { detail: evil }, 'application/problem+json'),
      json(422, { detail: { a: 1 } }, 'application/problem+json'),
      (_req, res) => void res.writeHead(502, { 'content-type': 'application/problem+json' }).end(evil),
      (_req, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(evil),
      json(200, null),
      json(200, { apps: 7, changes: 'x' }),
      (req) => void req.socket.destroy(),
    ];
    for (const one of answers) {
      answer = one;
      await all(some);
    }
  });

  test('as a log: one line without an end, and escapes', { timeout: 60_000 }, async () => {
    answer = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/plain' });
      res.write(`${evil}\n`);
      for (let i = 0; i < 100; i++) res.write('x'.repeat(10_000));
      res.end();
    };
    await all([['logs', 'a/b']]);
    await all([['logs', 'a/b']], '--json');
  });
});
