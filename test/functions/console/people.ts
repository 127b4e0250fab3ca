import { expect } from 'vitest';
import { githubSignIn } from '../../../shared/adapters/github/sign-in.ts';
import { githubPeople } from '../../support/github-people.ts';
import { type ConsoleWorld, openConsole } from './world.ts';

export const API_TOKEN = 'the-token-of-the-api-0123456789';
export const COOKIE = '__Host-cite';

/** What a browser needs to sign in. */
interface Visited extends Pick<ConsoleWorld, 'ask'> {
  readonly host: Awaited<ReturnType<typeof githubPeople>>;
}

export type PeopleWorld = Awaited<ReturnType<typeof openPeople>>;

/** A console that people sign in to with GitHub; its clock can be moved on. */
export async function openPeople(
  ADMINS: string[] = ['root'],
  { CONSOLE_URL = 'https://console.example.com', port = 0 } = {},
) {
  let ahead = 0;
  const host = await githubPeople();
  const world = await openConsole({
    API_TOKEN,
    CONSOLE_URL,
    port,
    ADMINS,
    REPOSITORY_OWNERS: ['acme'],
    signIn: githubSignIn(host.options),
    clock: () => new Date(Date.now() + ahead),
  });
  return {
    ...world,
    host,
    pass: (milliseconds: number) => {
      ahead += milliseconds;
    },
    /** What lets that person in, as the store has it. */
    grantsOf: (login: string) => world.store.listGrants(String(host.idOf(login))),
    signIn: (login: string) => signInAs({ ...world, host }, login),
    async close() {
      await world.close();
      await host.close();
    },
  };
}

export const cookieOf = (headers: Readonly<Record<string, string | string[] | undefined>>, name: string) =>
  [headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => new RegExp(`^${name}=([^;]+)`).exec(cookie)?.[1])
    .find((value) => value !== undefined);

/** What a browser does from the first click to the last redirect. */
export async function goAndComeBack(world: Visited, login: string, to = '/') {
  world.host.sit(login);
  const away = await world.ask('GET', `/sign-in/github?${new URLSearchParams({ to })}`);
  expect(away.status).toBe(303);
  const { headers } = await fetch(String(away.headers.location), { redirect: 'manual' });
  const back = new URL(headers.get('location') ?? '');
  const kept = [away.headers['set-cookie'] ?? []]
    .flat()
    .map((one) => one.split(';')[0])
    .join('; ');
  return { back, kept, path: `${back.pathname}${back.search}` };
}

/** Headers of a browser that has signed in, as that person. */
async function signInAs(world: Visited, login: string) {
  const { path, kept } = await goAndComeBack(world, login);
  const done = await world.ask('GET', path, undefined, { cookie: kept });
  expect(done.status, done.text).toBe(303);
  return { cookie: `${COOKIE}=${cookieOf(done.headers, COOKIE)}`, accept: 'text/html' };
}

export const ownForm = {
  'content-type': 'application/x-www-form-urlencoded',
  // What a browser says of a form of this very page.
  'sec-fetch-site': 'same-origin',
};

/** A token of that person, as the page gives it once. */
export async function tokenOf(
  world: PeopleWorld,
  login: string,
  scope = 'write',
  days = '7',
): Promise<string> {
  const person = await world.signIn(login);
  const form = `${new URLSearchParams({ name: 'ci', scope, days })}`;
  const made = await world.send('POST', '/tokens', form, { ...person, ...ownForm });
  return /cite_[\w-]{43}/.exec(made.text)?.[0] ?? expect.unreachable(made.text);
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
