import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { echo } from '../../functions/console/echo.ts';
import { apiClient, type Client } from './client.ts';
import { readCredentials } from './credentials.ts';
import { usage } from './failure.ts';
import { shownJson } from './text.ts';

/** What every command works with: the API, who asks, and how to answer. */
export interface Session {
  readonly api: Client;
  /** Address of the platform, without a slash at its end. */
  readonly url: string;
  /** Whether it is asked with a token. */
  readonly hasToken: boolean;
  readonly by: string;
  readonly json: boolean;
  /** Prints the API's own answer with --json, else the words for a person. */
  print(answer: unknown, words: () => string): void;
}

const DEFAULT_URL = 'http://localhost:8080';

export function addGlobalOptions(program: Command): Command {
  return program
    .option(
      '--url <address>',
      `address of the platform (CITE_URL; else where you are logged in, else ${DEFAULT_URL})`,
    )
    .option('--json', 'print JSON');
}

/**
 * Which platform is meant, and what it is asked with: CITE_TOKEN, or the token that `cite login` keeps for that very
 * address. An option would show in the process list.
 */
export function platformOf(url: string | undefined): {
  readonly url: string;
  readonly token: string | undefined;
} {
  const kept = readCredentials();
  const address = (url ?? (process.env.CITE_URL || kept.current || DEFAULT_URL)).replace(/\/+$/, '');
  return { url: address, token: process.env.CITE_TOKEN || kept.tokens[address] };
}

/** The session of a command that runs. */
export function sessionOf(command: Command): Session {
  const { url: given, json = false } = command.optsWithGlobals<{ url?: string; json?: boolean }>();
  const { url, token } = platformOf(given);
  if (!isAddress(url)) {
    throw usage(command, `${echo(url)} is no address. Give it as http://host:port, by --url or CITE_URL.`);
  }
  const api = apiClient({ url, token, verbatim: json });
  return {
    api,
    url,
    hasToken: token !== undefined,
    by: person(),
    json,
    print: (answer, words) => console.log(json ? shownJson(answer, 2) : words()),
  };
}

const isAddress = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function person(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A user id without a name, as containers have.
    return `${process.getuid?.() ?? 'somebody'}@${hostname()}`;
  }
}
