import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  type ConsoleWorld,
  givenApp,
  givenChange,
  openConsole,
} from '../functions/console/world.ts';
import { headerSets } from './corpus/headers.ts';
import { bodies, values } from './corpus/json.ts';
import { images, names, pathsOut, refusedRefs, repositories } from './corpus/names.ts';
import { ACTS, texts } from './corpus/texts.ts';
import { type Operation, operationsOf } from './operations.ts';

/** Longest answer to a request that was refused: what was sent comes back in part. */
const MAX_PROBLEM = 10_000;

let world: ConsoleWorld;
let operations: readonly Operation[] = [];
/** Values of the parameters that name something which is there. */
let good: Record<string, string>;

beforeAll(async () => {
  world = await openConsole();
  world.repository('acme/shop');
  const ref = { namespace: 'acme', name: 'shop' };
  const app = await givenApp(world, { ref, live: 1, releases: [{ outcome: 'deployed' }] });
  const change = await givenChange(world, app, {});
  good = { ...ref, id: change.id, commit: change.commit, key: 'b'.repeat(32) };
  operations = operationsOf((await world.ask('GET', '/openapi.json')).body);
});
afterAll(() => world.close());

const pathOf = ({ path }: Operation, given: Readonly<Record<string, string>> = {}) =>
  path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(given[name] ?? good[name] ?? 'x'));

/** Whatever was sent: an answer of the API, which says what is wrong where it refuses; never a fault of ours. */
function expectSound(answer: Answer, sent: string): void {
  expect(answer.status, `${sent}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
  if (answer.status < 400) return;
  expect(answer.text.length, sent).toBeLessThan(MAX_PROBLEM);
  // The host itself refuses what is no request of HTTP's in one line of text.
  if (answer.headers['content-type'] === 'text/plain; charset=utf-8') return;
  expect(answer.headers['content-type'], sent).toBe('application/problem+json');
  expect(answer.body.detail, sent).toMatch(/\S/);
  for (const text of [answer.body.detail, ...(answer.body.errors ?? []).flatMap(Object.values)])
    expect(text, sent).not.toMatch(ACTS);
}

async function send(operation: Operation, path: string, body: string | undefined, what: string, more = {}) {
  const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more };
  const answer = await world.send(operation.method, path, body ?? '', headers);
  expectSound(answer, `${operation.method} ${operation.path} with ${what}`);
  return answer;
}

const words = [...Object.values(texts), ...names];

/** Where many routes read a value with the same schema, each gets another part of the corpus, and all of them the whole. */
const PARTS = 5;
let turn = 0;
const partOf = <T>(all: readonly T[]): readonly T[] => {
  turn++;
  return all.filter((_, i) => i % PARTS === turn % PARTS);
};
const json = (body: object) => JSON.stringify(body);

// Thousands of requests, on a machine that is busy with other tests.
describe('every route of the API, whatever it is sent, answers, and says what is wrong', {
  timeout: 120_000,
}, () => {
  test('in its path', async () => {
    for (const operation of operations) {
      for (const parameter of operation.path.matchAll(/\{(\w+)\}/g)) {
        const isCommon = ['namespace', 'name'].includes(parameter[1] ?? '');
        for (const text of isCommon ? partOf(words) : words) {
          // Longer paths are the HTTP server's to refuse.
          const path = pathOf(operation, { [parameter[1] ?? '']: text.slice(0, 4000).toWellFormed() });
          const body = operation.properties ? '{}' : undefined;
          await send(operation, path, body, `${parameter[0]} ${JSON.stringify(text.slice(0, 60))}`);
        }
      }
    }
  });

  test('in its query', async () => {
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      for (const name of [...operation.query, 'unknown', '__proto__']) {
        for (const text of partOf(words)) {
          const query = new URLSearchParams({ [name]: text.slice(0, 1000).toWellFormed() }).toString();
          // A log that is followed ends when its reader goes.
          if (query === 'follow=true') continue;
          await send(
            operation,
            `${pathOf(operation)}?${query.slice(0, 6000)}`,
            undefined,
            query.slice(0, 80),
          );
        }
      }
    }
  });

  test('as its body', async () => {
    for (const operation of operations.filter(({ properties }) => properties)) {
      for (const [what, body] of Object.entries(bodies)) {
        const answer = await send(operation, pathOf(operation), body, what);
        if (/deep|close/.test(what)) expect(answer.status, what).toBe(400);
      }
    }
  });

  test('in each field of its body', async () => {
    for (const operation of operations.filter(({ properties }) => properties)) {
      const required = operation.path === '/api/apps' ? { repository: 'acme/shop', port: 0 } : {};
      for (const name of operation.properties ?? []) {
        for (const value of partOf([...words, ...values])) {
          const body = json({ ...required, [name]: value });
          await send(operation, pathOf(operation), body, `${name} ${body.slice(0, 100)}`);
        }
      }
    }
  });

  test('in its headers', async () => {
    for (const operation of operations) {
      for (const [what, headers] of Object.entries(headerSets)) {
        const body = operation.properties ? '{"unknown":1}' : undefined;
        // A good request in odd headers would do what it asks for.
        const path = pathOf(operation, operation.method === 'DELETE' ? { name: 'none' } : {});
        await send(operation, path, body, what, headers);
      }
    }
  });

  test('and nothing of it was a fault of the console, or more than one line of its log', async () => {
    for (const line of world.lines) {
      expect(JSON.parse(line)).not.toHaveProperty('msg', 'failed unexpectedly');
      expect(line.trimEnd()).not.toMatch(/[\n\r]/);
    }
    expect(await world.cluster.getApp({ namespace: 'acme', name: 'shop' })).toBeDefined();
    expect((await world.ask('GET', '/api/status')).status).toBe(200);
  });
});

describe('a new App is refused', () => {
  const refused = async (settings: object, field: string) => {
    const { status, body } = await world.ask('POST', '/api/apps', { repository: 'acme/shop', ...settings });
    expect({ status, field: body.errors?.[0]?.field }, json(settings).slice(0, 100)).toEqual({
      status: 422,
      field,
    });
  };

  test('of a repository that no code host has', async () => {
    for (const repository of repositories) await refused({ repository }, 'repository');
  });
  test('of a branch that git does not take', async () => {
    for (const branch of refusedRefs) await refused({ branch }, 'branch');
  });
  test('of an image of anywhere', async () => {
    for (const image of images) await refused({ image, checks: ['ci'] }, 'image');
  });
  test('of a folder outside of its repository', async () => {
    for (const context of pathsOut) await refused({ build: { context } }, 'build.context');
  });
});

test('of a Secret that is no JSON, the answer repeats nothing', async () => {
  const at = '/api/namespaces/acme/secrets/shop';
  for (const body of [
    '{"content":{"KEY":planted-secret"}}',
    'KEY=planted-secret',
    '{"content":"planted-secret"}',
  ]) {
    const answer = await world.send('PUT', at, body, { 'content-type': 'application/json' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toMatch(/plan|secret-|secret"/);
  }
});

test('of a body of thousands of faults, the answer names the first of them', async () => {
  const answer = await world.send('PATCH', '/api/apps/acme/shop', bodies['30,000 keys'] ?? '', {
    'content-type': 'application/json',
  });
  expect(answer.body.errors).toHaveLength(20);
});
