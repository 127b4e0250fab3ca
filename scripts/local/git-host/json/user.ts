import { createHash } from 'node:crypto';
import type { User } from '@octokit/webhooks-types';

/** Whoever pushes from this machine. */
export const PUSHER = 'local';
/** Whoever has the token. */
export const TOKEN_OWNER = 'cite';

/** Base addresses that the host's JSON names: of its REST API, and of its repositories. */
export interface Addresses {
  readonly api: string;
  readonly web: string;
}

/** There are no accounts on one machine: a login is all there is of a user, its id follows from it. */
export function userJson(login: string, { api, web }: Addresses): User {
  const url = `${api}/users/${login}`;
  return {
    login,
    id: Number.parseInt(createHash('sha256').update(login.toLowerCase()).digest('hex').slice(0, 7), 16),
    node_id: nodeId('User', login),
    avatar_url: '',
    gravatar_id: '',
    url,
    html_url: `${web}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'User',
    site_admin: false,
  };
}

export const nodeId = (kind: string, id: number | string) => Buffer.from(`${kind}:${id}`).toString('base64');
