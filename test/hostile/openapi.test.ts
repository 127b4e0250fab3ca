import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  aDeadLetter,
  type ConsoleWorld,
  givenApp,
  givenChange,
  openConsole,
} from '../functions/console/world.ts';
import { checkerOf, type Document } from './documented.ts';
import { requestsOf } from './requests.ts';

/** The same requests each time. FUZZ_SEED makes others; fast-check prints the seed with what failed. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** Requests of each route: all of them together take some ten seconds. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 60);

/** Repositories that no App is of. */
const NEW = ['acme/one', 'acme/two', 'acme/three', 'acme/four'];

/** Where other values lead to something: what is there for all routes must stay, what is made must not be there. */
const ownOf: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'POST /api/apps': { repository: NEW, name: ['one', 'two'] },
  'DELETE /api/apps/{namespace}/{name}': { name: ['doomed'] },
};

let world: ConsoleWorld;
let document: Document;
/** Values that lead to something which is there. */
let given: Record<string, readonly unknown[]>;
let letter: string;

beforeAll(async () => {
  world = await openConsole();
  for (const one of ['acme/shop', ...NEW]) world.repository(one, { 'index.html': 'hello' }, ['next']);
  const ref = { namespace: 'acme', name: 'shop' };
  const releases = [
    { outcome: 'deployed', pods: 0 },
    { outcome: 'deployed' },
    { outcome: 'failed' },
    { outcome: 'deployed', pods: 0 },
  ] as const;
  const app = await givenApp(world, { ref, live: 2, releases });
  await givenApp(world, { ref: { namespace: 'acme', name: 'doomed' }, spec: { branch: 'next' } });
  const changes = [
    await givenChange(world, app, { by: 'ann', cancelledBy: 'bob', state: 'waiting for checks' }),
    await givenChange(world, app, {
      state: 'ended',
      verdict: { outcome: 'failed', why: 'its build', detail: 'npm ERR!' },
    }),
    await givenChange(world, app, { kind: 'rollback', release: 1, state: 'held', foundAgain: true }),
  ];
  letter = await aDeadLetter(world);
  const key = 'b'.repeat(32);
  await world.store.saveLog(`build/${key}`, 'one\ntwo\n');
  await world.store.recordDelivery({
    id: 'hook/1',
    event: 'push',
    repository: 'acme/shop',
    commit: `${changes[0]?.commit}`,
    receivedAt: new Date().toISOString(),
    body: '{}',
  });
  given = {
    namespace: ['acme'],
    owner: ['acme'],
    name: ['shop', 'shop', 'doomed'],
    id: changes.map(({ id }) => id),
    commit: changes.map(({ commit }) => commit),
    key: [key],
    app: ['acme/shop'],
    repository: ['acme/shop'],
    'if-match': ['*'],
    branch: ['main', 'next'],
    release: [1, 2, 3, 4],
    uid: [app.uid],
    context: ['.'],
  };
  document = (await world.ask('GET', '/openapi.json')).body;
});
afterAll(() => world.close());

test('every route answers what its document says, whatever it is sent', { timeout: 120_000 }, async () => {
  const check = checkerOf(document);
  const answered = new Map<string, Set<number>>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [name, described] of Object.entries(methods)) {
      const method = name.toUpperCase();
      const ofLetters = path.includes('/dead-letters/') ? { id: [letter] } : {};
      const own = { ...given, ...ofLetters, ...ownOf[`${method} ${path}`] };
      const statuses = new Set<number>();
      answered.set(`${method} ${path}`, statuses);
      await fc.assert(
        fc.asyncProperty(requestsOf(document, path, described, own), async (request) => {
          // What is followed goes on until its reader goes.
          fc.pre(!request.path.includes('follow=true'));
          const answer = await world.send(method, request.path, request.body, request.headers);
          const sent = `${method} ${request.path}: ${answer.status} ${answer.text.slice(0, 300)}`;
          expect(answer.status, sent).toBeLessThan(500);
          expect(check(described, answer), sent).toBeUndefined();
          statuses.add(answer.status);
        }),
        { seed: SEED, numRuns: RUNS, endOnFailure: true },
      );
    }
  }
  // Nothing prints here, as no pod runs. Of the others: or nothing would have been tried but refusals.
  const refusedOnly = [...answered].filter(([, statuses]) => Math.min(...statuses) >= 400);
  expect(refusedOnly.map(([route]) => route)).toEqual(['GET /api/apps/{namespace}/{name}/logs']);
  for (const line of world.lines) expect(JSON.parse(line)).not.toHaveProperty('msg', 'failed unexpectedly');
});
