import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure } from './failure.ts';
import { step } from './step.ts';

export interface Source {
  readonly cloneUrl: string;
  readonly commit: string;
  readonly credential?: string;
}

/**
 * The files of one commit, without git's own: what was fetched with the credential stays out of the build's reach, and
 * so does the credential, which only git's environment holds and only for the host that it is for.
 */
export async function checkout(
  source: Source,
  folder: string,
  temp: string,
  base: Readonly<Record<string, string>>,
): Promise<void> {
  const url = checkedUrl(source.cloneUrl);
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(source.commit)) throw new BuildFailure('the commit is not a SHA');
  const coming = join(temp, 'clone');
  await rm(coming, { recursive: true, force: true });
  await mkdir(coming, { recursive: true });
  const env = { ...base, ...gitEnvironment(url, source.credential) };
  const git = (name: string, ...args: string[]) =>
    step({ name: `git ${name}`, command: ['git', name, ...args], cwd: coming, env });
  await git('init', '--quiet', '--template=');
  await git('fetch', '--quiet', '--depth=1', '--no-tags', '--end-of-options', url.href, source.commit);
  await git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  await rm(join(coming, '.git'), { recursive: true, force: true });
  await rename(coming, folder);
}

/** Nothing of the user's or the machine's git settings, no question to a person, no other way of transport. */
function gitEnvironment(url: URL, credential: string | undefined): Record<string, string> {
  const settings: [string, string][] = [['http.followRedirects', 'false']];
  if (credential !== undefined && url.protocol !== 'file:') {
    const basic = Buffer.from(`x-access-token:${credential}`).toString('base64');
    settings.push([`http.${url.origin}/.extraHeader`, `Authorization: Basic ${basic}`]);
  }
  return {
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'http:https:file',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:', 'file:'].includes(url.protocol))
    throw new BuildFailure('the clone address is not http, https or file');
  return url;
}
