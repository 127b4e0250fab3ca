import { adapter } from '../../runtime/adapter.ts';
import { ConfigError } from '../../runtime/config.ts';
import { github } from './github.ts';
import { githubSignIn } from './sign-in.ts';

export const githubPort = adapter(['GITHUB_API_URL', 'GITHUB_CLONE_URL', 'GITHUB_TOKEN'], ({ config, log }) =>
  github({
    apiUrl: config.GITHUB_API_URL,
    cloneUrl: config.GITHUB_CLONE_URL,
    token: config.GITHUB_TOKEN,
    log,
  }),
);

/** Undefined: nobody can sign in here, since no GitHub App of the platform's is named. */
export const githubSignInPort = adapter(
  ['GITHUB_API_URL', 'GITHUB_CLONE_URL', 'GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'],
  ({ config, log }) => {
    const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = config;
    if (clientId === undefined && clientSecret === undefined) return undefined;
    if (clientId === undefined || clientSecret === undefined)
      throw new ConfigError('GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET go together: set both, or neither.');
    const [apiUrl, webUrl] = [config.GITHUB_API_URL, config.GITHUB_CLONE_URL];
    return githubSignIn({ apiUrl, webUrl, clientId, clientSecret, log });
  },
);
