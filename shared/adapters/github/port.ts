import { adapter } from '../../runtime/adapter.ts';
import { github } from './github.ts';

export const githubPort = adapter(['GITHUB_API_URL', 'GITHUB_CLONE_URL', 'GITHUB_TOKEN'], ({ config, log }) =>
  github({
    apiUrl: config.GITHUB_API_URL,
    cloneUrl: config.GITHUB_CLONE_URL,
    token: config.GITHUB_TOKEN,
    log,
  }),
);
