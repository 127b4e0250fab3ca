import { z } from 'zod';
import { HostDeniedError, RetryableError } from '../../domain/errors.ts';
import { sentence } from '../../domain/plain-text.ts';
import type { Right } from '../../domain/right.ts';
import type { SignIn } from '../../ports/sign-in.ts';
import { checked } from './answers.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { type Client, githubCalls, type Log } from './client.ts';
import { isHttpFault, notGitHub, unlessMissing } from './fault.ts';

export interface SignInOptions {
  /** `https://api.github.com`, or `https://<host>/api/v3` of a GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** `https://github.com`: where people are. */
  readonly webUrl: string;
  /** Of an OAuth App, or of a GitHub App. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly log?: Log;
}

/**
 * What an OAuth App has to ask for: GitHub knows no smaller scope that shows private repositories. A GitHub App's
 * permissions are its own (Metadata and Members: read), and it passes over this.
 */
const SCOPE = 'repo read:org';

/** Repositories in one question; GitHub counts it as one point of 5,000 an hour (docs.github.com, "GraphQL rate limits"). */
const BATCH = 100;
/** Questions at the same time, of one person. */
const AT_ONCE = 5;

const CALL_LIMIT_MS = 8000;

/** Characters of GitHub's word for what is wrong. */
const MAX_ERROR = 60;

/** GitHub as what tells who somebody is. A call ends within 8 s. */
export function githubSignIn({ apiUrl, webUrl, clientId, clientSecret, log }: SignInOptions): SignIn {
  const web = webUrl.replace(/\/+$/, '');
  const calls = (token: string) => githubCalls({ apiUrl, token, onlyReads: true, ...(log ? { log } : {}) });
  return {
    address({ state, challenge, redirectUrl }) {
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUrl,
        scope: SCOPE,
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        allow_signup: 'false',
      });
      return `${web}/login/oauth/authorize?${query}`;
    },

    async tokenFor(code, { redirectUrl, verifier }) {
      const body = new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        code,
        redirect_uri: redirectUrl,
        code_verifier: verifier,
      });
      const answer = await exchanged(`${web}/login/oauth/access_token`, body);
      if ('access_token' in answer) return answer.access_token;
      if (answer.error === 'bad_verification_code') return undefined;
      throw new HostDeniedError(
        `GitHub lets nobody sign in here: ${sentence(answer.error, MAX_ERROR)}. Compare GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and the callback URL with the App on GitHub.`,
      );
    },

    person: (token) =>
      unlessRefused(
        calls(token)('Metadata: read', async ({ rest }) => {
          const { data } = await rest.users.getAuthenticated();
          const { id, login } = checked(personAnswer, data);
          return { id: String(id), login };
        }),
      ),

    async rightsIn(token, repositories) {
      const rights = new Map<string, Right>();
      for (let from = 0; from < repositories.length; from += BATCH * AT_ONCE) {
        const part = repositories.slice(from, from + BATCH * AT_ONCE);
        const batches = Array.from({ length: Math.ceil(part.length / BATCH) }, (_, i) =>
          part.slice(i * BATCH, (i + 1) * BATCH),
        );
        const told = await unlessRefused(
          Promise.all(
            batches.map((batch) => calls(token)('Metadata: read', (client) => permissions(client, batch))),
          ),
        );
        if (told === undefined) return undefined;
        for (const [repository, right] of told.flat()) rights.set(repository, right);
      }
      return rights;
    },

    repositories: (token) =>
      unlessRefused(
        calls(token)('Metadata: read', async ({ rest }) => {
          const { data } = await rest.repos.listForAuthenticatedUser({ sort: 'pushed', per_page: 100 });
          return checked(repositoriesAnswer, data).flatMap((one) =>
            one.permissions?.push ? [one.full_name] : [],
          );
        }),
      ),

    async isMember(token, login, team) {
      const [org = '', slug = ''] = team.split('/');
      const work = calls(token)('Members: read', async ({ rest }) => {
        const at = { org, team_slug: slug, username: login };
        const found = await unlessMissing(rest.teams.getMembershipForUserInOrg(at));
        return found?.data.state === 'active';
      });
      return await unlessRefused(
        work.catch((err: unknown) => {
          if (err instanceof HostDeniedError && statusOf(err) === 403) return false;
          throw err;
        }),
      );
    },
  };
}

const token = z.object({ access_token: z.string().min(1).max(1024) });
const refused = z.object({ error: z.string() });
const repositoriesAnswer = z.array(
  z.object({ full_name: z.string().max(256), permissions: z.object({ push: z.boolean() }).optional() }),
);
const personAnswer = z.object({
  id: z.int().positive(),
  login: z.string().regex(/^[A-Za-z0-9][-A-Za-z0-9_]{0,99}$/),
});

async function exchanged(address: string, body: URLSearchParams) {
  try {
    const answer = await boundedFetch(address, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const parsed = z.union([token, refused]).safeParse(await answer.json());
    if (answer.status < 500 && parsed.success) return parsed.data;
    throw notGitHub(answer.status);
  } catch (cause) {
    // What was sent has two secrets in it: nothing of the request goes with the error.
    throw cause instanceof RetryableError
      ? cause
      : new RetryableError('GitHub cannot be reached, or fails', { cause });
  }
}

/** GitHub's five steps of rights (GraphQL, RepositoryPermission), in our three. */
const RIGHTS: Readonly<Record<string, Right>> = {
  READ: 'read',
  TRIAGE: 'read',
  WRITE: 'write',
  MAINTAIN: 'write',
  ADMIN: 'admin',
};

const permission = z.object({ viewerPermission: z.string().nullable(), isPrivate: z.boolean() }).nullable();
const permissionsAnswer = z.record(z.string(), permission);

async function permissions(client: Client, repositories: readonly string[]): Promise<[string, Right][]> {
  const variables: Record<string, string> = {};
  const fields = repositories.map((repository, i) => {
    const [owner = '', name = ''] = repository.split('/');
    Object.assign(variables, { [`o${i}`]: owner, [`n${i}`]: name });
    return `r${i}: repository(owner: $o${i}, name: $n${i}, followRenames: false) { viewerPermission isPrivate }`;
  });
  const declared = Object.keys(variables).map((variable) => `$${variable}: String!`);
  const query = `query(${declared.join(', ')}) { ${fields.join(' ')} }`;
  const answer = permissionsAnswer.safeParse(await partial(client.graphql(query, variables)));
  if (!answer.success) throw notGitHub('another shape');
  return repositories.flatMap((repository, i) => {
    const { viewerPermission, isPrivate } = answer.data[`r${i}`] ?? {};
    // That everybody may read it says nothing of this person.
    if (viewerPermission === 'READ' && !isPrivate) return [];
    const right = RIGHTS[viewerPermission ?? ''];
    return right === undefined ? [] : [[repository, right] as [string, Right]];
  });
}

/** What may not be seen is an error beside the rest of the answer. */
const UNSEEN = ['NOT_FOUND', 'FORBIDDEN'];
const partialAnswer = z.object({
  data: permissionsAnswer,
  errors: z.array(z.object({ type: z.string().optional() })),
});

async function partial(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (isHttpFault(error)) throw error;
    const answer = partialAnswer.safeParse(error);
    if (answer.success && answer.data.errors.every(({ type = '' }) => UNSEEN.includes(type)))
      return answer.data.data;
    throw error instanceof Error && error.name === 'GraphqlResponseError'
      ? new RetryableError('GitHub does not tell what may be seen', { cause: error })
      : error;
  }
}

async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (err) {
    if (err instanceof HostDeniedError && statusOf(err) === 401) return undefined;
    throw err;
  }
}

const statusOf = ({ cause }: Error) => (isHttpFault(cause) ? cause.status : undefined);
