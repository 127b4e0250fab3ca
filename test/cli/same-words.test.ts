import { afterAll, beforeAll, expect, test } from 'vitest';
import { appEvent, commitStatus } from '../../functions/notify/decide.ts';
import { type Verdict, verdictText } from '../../shared/domain/change.ts';
import { type ConsoleWorld, givenApp, givenChange, openConsole } from '../functions/console/world.ts';
import { cite } from './cite.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const verdicts: readonly Verdict[] = [
  { outcome: 'deployed', release: 7 },
  { outcome: 'superseded', by: 'abcdef0' },
  { outcome: 'skipped', why: 'the commit message asks for it' },
  { outcome: 'refused', why: 'repository: is not of this Namespace. Ask for it.' },
  { outcome: 'failed', why: 'r7: CrashLoopBackOff: exit code 1', detail: 'no database' },
  { outcome: 'cancelled', by: 'ann' },
];

test.each(verdicts)('a Change that ended as $outcome reads the same everywhere', async (verdict) => {
  const words = verdictText(verdict);
  const ended = { verdict, state: 'ended', reason: words } as const;
  const change = await givenChange(world, await givenApp(world), ended);
  const { commit } = change;
  expect(commitStatus(change, 'http://console').description).toBe(words);
  expect(appEvent(change)?.message).toBe(`push of ${commit.slice(0, 7)} ${words}`);
  const { body } = await world.ask('GET', `/api/why/${commit}`);
  expect(body.changes[0]).toMatchObject({ reason: words, verdict: { text: words } });
  const env = { CITE_URL: world.url };
  expect((await cite(['why', commit], { env })).out).toContain(`· ${words}\n`);
  expect((await cite(['changes', '--commit', commit], { env })).out).toContain(words);
});

test('a Change under way gives the same reason everywhere', async () => {
  const reason = '0 of 2 pods are ready: Unschedulable';
  const change = await givenChange(world, await givenApp(world), { state: 'starting', reason });
  expect(commitStatus(change, 'http://console').description).toBe(reason);
  const { body } = await world.ask('GET', `/api/why/${change.commit}`);
  expect(body.changes[0]).toMatchObject({ state: 'starting', reason });
  const { out } = await cite(['why', change.commit], { env: { CITE_URL: world.url } });
  expect(out).toContain(`starting: ${reason}\n`);
});
