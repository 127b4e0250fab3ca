import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** GitHub's words for what somebody may do in a repository (GraphQL, RepositoryPermission). */
export type Permission = 'READ' | 'TRIAGE' | 'WRITE' | 'MAINTAIN' | 'ADMIN';

export const CLIENT = { id: 'Iv23test', secret: 'the-secret-of-the-client-01' };

/**
 * The part of GitHub that people sign in with, as a server of its own: OAuth's web flow with PKCE, who somebody is, what they
 * may see, teams. `faults` are what befalls it.
 */
export async function githubPeople() {
  /** By login, then by repository in lower case. */
  const permissions = new Map<string, Map<string, Permission>>();
  const teams = new Map<string, Map<string, 'active' | 'pending'>>();
  const tokens = new Map<string, string>();
  const codes = new Map<string, { login: string; challenge: string; redirect: string }>();
  const faults = { isAway: false, isLimited: false };
  const asked: string[] = [];
  /** Public repositories, in lower case. */
  const open = new Set<string>();
  /** Who sits before the browser. */
  let person = 'ann';

  /** A number for good, also under another name. */
  const ids = new Map<string, number>();
  const idOf = (login: string) => {
    const id = ids.get(login) ?? ids.size + 1;
    ids.set(login, id);
    return id;
  };

  const json = (res: ServerResponse, status: number, body: unknown) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  function authorize(url: URL, res: ServerResponse) {
    const { client_id, redirect_uri, state, code_challenge, code_challenge_method } = Object.fromEntries(
      url.searchParams,
    );
    if (client_id !== CLIENT.id || !redirect_uri || code_challenge_method !== 'S256')
      return json(res, 404, {});
    const code = randomBytes(10).toString('hex');
    codes.set(code, { login: person, challenge: code_challenge ?? '', redirect: redirect_uri });
    const to = new URL(redirect_uri);
    to.search = `${new URLSearchParams({ code, state: state ?? '' })}`;
    return res.writeHead(302, { location: to.href }).end();
  }

  function exchange(form: URLSearchParams, res: ServerResponse) {
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const isClient = form.get('client_id') === CLIENT.id && form.get('client_secret') === CLIENT.secret;
    if (!isClient) return json(res, 200, { error: 'incorrect_client_credentials' });
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!code || code.challenge !== challenge || code.redirect !== form.get('redirect_uri'))
      return json(res, 200, { error: 'bad_verification_code' });
    const token = `gho_${randomBytes(16).toString('hex')}`;
    tokens.set(token, code.login);
    return json(res, 200, { access_token: token, token_type: 'bearer', scope: 'repo,read:org' });
  }

  function graphql(login: string, { query, variables }: Question, res: ServerResponse) {
    if (faults.isLimited)
      return json(res, 200, { data: null, errors: [{ type: 'RATE_LIMITED', message: 'limit' }] });
    const fields = [
      ...query.matchAll(
        /(r\d+): repository\(owner: \$(\w+), name: \$(\w+), followRenames: false\) \{ viewerPermission isPrivate \}/g,
      ),
    ];
    const data: Record<string, unknown> = {};
    const errors: unknown[] = [];
    for (const [, alias = '', owner = '', name = ''] of fields) {
      const repository = `${variables[owner]}/${variables[name]}`;
      asked.push(`${login} ${repository}`);
      const permission = permissions.get(login)?.get(repository.toLowerCase());
      data[alias] = permission
        ? { viewerPermission: permission, isPrivate: !open.has(repository.toLowerCase()) }
        : null;
      if (!permission)
        errors.push({ type: 'NOT_FOUND', path: [alias], message: 'Could not resolve to a Repository' });
    }
    return json(res, 200, errors.length > 0 ? { data, errors } : { data });
  }

  async function answer(req: IncomingMessage, res: ServerResponse) {
    const url = new URL(req.url ?? '', 'http://github.test');
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    if (faults.isAway) return json(res, 503, { message: 'away' });
    if (url.pathname === '/login/oauth/authorize') return authorize(url, res);
    if (url.pathname === '/login/oauth/access_token') return exchange(new URLSearchParams(body), res);
    const login = tokens.get(/^(?:token|bearer) (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '');
    if (login === undefined) return json(res, 401, { message: 'Bad credentials' });
    if (url.pathname === '/api/v3/user') return json(res, 200, { login, id: idOf(login) });
    if (url.pathname === '/api/v3/user/repos') {
      const own = [...(permissions.get(login) ?? [])];
      const listed = own.map(([full_name, permission]) => ({
        full_name,
        permissions: { push: ['WRITE', 'MAINTAIN', 'ADMIN'].includes(permission) },
      }));
      return json(res, 200, listed);
    }
    if (url.pathname === '/api/graphql') return graphql(login, JSON.parse(body) as Question, res);
    const [, org, team, user] =
      /^\/api\/v3\/orgs\/([^/]+)\/teams\/([^/]+)\/memberships\/([^/]+)$/.exec(url.pathname) ?? [];
    if (!org) return json(res, 404, { message: 'Not Found' });
    asked.push(`${login} in ${org}/${team}`);
    const state = teams.get(`${org}/${team}`)?.get(user ?? '');
    return state ? json(res, 200, { state, role: 'member' }) : json(res, 404, { message: 'Not Found' });
  }

  const server = createServer((req, res) => void answer(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    idOf,
    options: { apiUrl: `${url}/api/v3`, webUrl: url, clientId: CLIENT.id, clientSecret: CLIENT.secret },
    faults,
    open,
    /** Every question about a person's rights. */
    asked,
    tokens,
    permit(login: string, repository: string, permission: Permission | undefined) {
      const own = permissions.get(login) ?? new Map<string, Permission>();
      if (permission) own.set(repository.toLowerCase(), permission);
      else own.delete(repository.toLowerCase());
      permissions.set(login, own);
    },
    join: (login: string, team: string, state: 'active' | 'pending' = 'active') =>
      void teams.set(team, new Map([...(teams.get(team) ?? []), [login, state]])),
    leave: (login: string, team: string) => void teams.get(team)?.delete(login),
    /** The same person under another name. */
    rename: (login: string, to: string) => {
      ids.set(to, idOf(login));
      ids.delete(login);
      for (const [token, whose] of tokens) if (whose === login) tokens.set(token, to);
    },
    sit: (login: string) => {
      person = login;
    },
    /** As if the person took back that the platform may know them. */
    revoke: (login: string) => {
      for (const [token, whose] of tokens) if (whose === login) tokens.delete(token);
    },
    async close() {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Question {
  readonly query: string;
  readonly variables: Readonly<Record<string, string>>;
}
