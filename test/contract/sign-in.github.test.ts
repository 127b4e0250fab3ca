import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { githubSignIn } from '../../shared/adapters/github/sign-in.ts';
import { RetryableError } from '../../shared/domain/errors.ts';
import type { SignIn } from '../../shared/ports/sign-in.ts';
import { CLIENT, githubPeople } from '../support/github-people.ts';

const redirectUrl = 'https://console.example.com/sign-in/callback';
const verifier = 'a-verifier-of-enough-characters-0123456789ab';
const challenge = createHash('sha256').update(verifier).digest('base64url');

let host: Awaited<ReturnType<typeof githubPeople>>;
let signIn: SignIn;
beforeAll(async () => {
  host = await githubPeople();
  signIn = githubSignIn(host.options);
});
afterAll(() => host.close());
beforeEach(() => {
  host.faults.isAway = false;
  host.faults.isLimited = false;
});

/** As a browser comes back. */
async function codeOf(login: string): Promise<string> {
  host.sit(login);
  const address = signIn.address({ state: 'a state', challenge, redirectUrl });
  const { headers } = await fetch(address, { redirect: 'manual' });
  const back = new URL(headers.get('location') ?? '');
  expect(back.searchParams.get('state')).toBe('a state');
  expect(`${back.origin}${back.pathname}`).toBe(redirectUrl);
  return back.searchParams.get('code') ?? '';
}
const tokenOf = async (login: string) =>
  (await signIn.tokenFor(await codeOf(login), { redirectUrl, verifier })) ?? expect.unreachable();

describe('the sign-in port on GitHub', () => {
  test('gives the token of whoever comes back, and says who it is', async () => {
    const ann = await signIn.person(await tokenOf('ann'));
    expect(ann).toEqual({ id: expect.stringMatching(/^\d+$/), login: 'ann' });
    expect(await signIn.person(await tokenOf('ann'))).toEqual(ann);
    const bob = await signIn.person(await tokenOf('Bob-2'));
    expect(bob?.login).toBe('Bob-2');
    expect(bob?.id).not.toBe(ann?.id);
  });

  test('takes no code twice, none that it did not give, none with another verifier or place', async () => {
    const code = await codeOf('ann');
    expect(await signIn.tokenFor(code, { redirectUrl, verifier })).toMatch(/^gho_/);
    expect(await signIn.tokenFor(code, { redirectUrl, verifier })).toBeUndefined();
    expect(await signIn.tokenFor('made-up', { redirectUrl, verifier })).toBeUndefined();
    expect(await signIn.tokenFor(await codeOf('ann'), { redirectUrl, verifier: 'x' })).toBeUndefined();
    const elsewhere = { redirectUrl: 'https://evil.example/', verifier };
    expect(await signIn.tokenFor(await codeOf('ann'), elsewhere)).toBeUndefined();
  });

  test('says to whoever set it up that the client is not the one', async () => {
    const other = githubSignIn({ ...host.options, clientSecret: 'another-secret-entirely' });
    const failed = other.tokenFor(await codeOf('ann'), { redirectUrl, verifier });
    await expect(failed).rejects.toThrow(/incorrect_client_credentials\. Compare GITHUB_CLIENT_ID/);
  });

  test('that everybody may read a public repository is no right of a person', async () => {
    host.open.add('acme/public');
    host.open.add('acme/shared');
    host.permit('ann', 'acme/public', 'READ');
    host.permit('ann', 'acme/shared', 'TRIAGE');
    const told = await signIn.rightsIn(await tokenOf('ann'), ['acme/public', 'acme/shared']);
    expect(told).toEqual(new Map([['acme/shared', 'read']]));
  });

  test("tells a person's rights in our words; what they may not see is not told", async () => {
    host.permit('ann', 'acme/read', 'READ');
    host.permit('ann', 'acme/triage', 'TRIAGE');
    host.permit('ann', 'Acme/Write', 'WRITE');
    host.permit('ann', 'acme/maintain', 'MAINTAIN');
    host.permit('ann', 'acme/admin', 'ADMIN');
    const all = ['acme/read', 'acme/triage', 'acme/write', 'acme/maintain', 'acme/admin', 'acme/other'];
    expect(await signIn.rightsIn(await tokenOf('ann'), all)).toEqual(
      new Map([
        ['acme/read', 'read'],
        ['acme/triage', 'read'],
        ['acme/write', 'write'],
        ['acme/maintain', 'write'],
        ['acme/admin', 'admin'],
      ]),
    );
    expect(await signIn.rightsIn(await tokenOf('bob'), all)).toEqual(new Map());
    expect(await signIn.rightsIn(await tokenOf('bob'), [])).toEqual(new Map());
  });

  test('asks for many repositories in few questions, and loses none', async () => {
    const all = Array.from({ length: 1250 }, (_, i) => `acme/app-${i}`);
    for (const one of all) host.permit('ann', one, 'WRITE');
    expect((await signIn.rightsIn(await tokenOf('ann'), all))?.size).toBe(1250);
  });

  test('takes a repository of any name for a name', async () => {
    host.permit('ann', 'acme/a"){viewer{login}}#', 'READ');
    const told = await signIn.rightsIn(await tokenOf('ann'), ['acme/a"){viewer{login}}#', 'no-slash']);
    expect(told).toEqual(new Map([['acme/a"){viewer{login}}#', 'read']]));
  });

  test('lists the repositories that a person may push to', async () => {
    host.permit('pat', 'acme/pushed', 'WRITE');
    host.permit('pat', 'acme/owned', 'ADMIN');
    host.permit('pat', 'acme/looked-at', 'READ');
    expect(await signIn.repositories(await tokenOf('pat'))).toEqual(['acme/pushed', 'acme/owned']);
    expect(await signIn.repositories(await tokenOf('new'))).toEqual([]);
  });

  test('knows who is in a team', async () => {
    host.join('ann', 'acme/platform');
    const token = await tokenOf('ann');
    expect(await signIn.isMember(token, 'ann', 'acme/platform')).toBe(true);
    expect(await signIn.isMember(token, 'ann', 'acme/others')).toBe(false);
    host.join('ann', 'acme/invited', 'pending');
    expect(await signIn.isMember(token, 'ann', 'acme/invited')).toBe(false);
    expect(await signIn.isMember(token, 'bob', 'acme/platform')).toBe(false);
  });

  test('says that a token is taken no more', async () => {
    const token = await tokenOf('ann');
    host.revoke('ann');
    expect(await signIn.person(token)).toBeUndefined();
    expect(await signIn.repositories(token)).toBeUndefined();
    expect(await signIn.rightsIn(token, ['acme/shop'])).toBeUndefined();
    expect(await signIn.isMember(token, 'ann', 'acme/platform')).toBeUndefined();
  });

  test('is to be tried again where GitHub is away or its limit is used up', async () => {
    const token = await tokenOf('ann');
    const code = await codeOf('ann');
    host.faults.isLimited = true;
    await expect(signIn.rightsIn(token, ['acme/shop'])).rejects.toThrow(RetryableError);
    host.faults.isAway = true;
    await expect(signIn.rightsIn(token, ['acme/shop'])).rejects.toThrow(RetryableError);
    await expect(signIn.person(token)).rejects.toThrow(RetryableError);
    await expect(signIn.isMember(token, 'ann', 'acme/platform')).rejects.toThrow(RetryableError);
    const failed = await signIn.tokenFor(code, { redirectUrl, verifier }).catch((err: unknown) => err);
    expect(failed).toBeInstanceOf(RetryableError);
    for (const secret of [CLIENT.secret, code, verifier, token])
      expect(JSON.stringify(failed)).not.toContain(secret);
  });
});
