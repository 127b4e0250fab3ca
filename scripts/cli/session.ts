import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { apiClient, type Client } from './client.ts';

/** What every command works with: the API, who asks, and how to answer. */
export interface Session {
  readonly api: Client;
  readonly by: string;
  readonly json: boolean;
  /** Prints the API's own answer with --json, else the words for a person. */
  print(answer: unknown, words: () => string): void;
}

const DEFAULT_URL = 'http://localhost:8080';

export function addGlobalOptions(program: Command): Command {
  return program
    .option('--url <address>', `address of the platform (CITE_URL; else ${DEFAULT_URL})`)
    .option('--json', 'print JSON');
}

/** The session of a command that runs. The token comes from CITE_TOKEN: an option would show in the process list. */
export function sessionOf(command: Command): Session {
  const { url, json = false } = command.optsWithGlobals<{ url?: string; json?: boolean }>();
  const api = apiClient({ url: url ?? (process.env.CITE_URL || DEFAULT_URL), token: process.env.CITE_TOKEN });
  return {
    api,
    by: person(),
    json,
    print: (answer, words) => console.log(json ? JSON.stringify(answer, null, 2) : words()),
  };
}

function person(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A user id without a name, as containers have.
    return `${process.getuid?.() ?? 'somebody'}@${hostname()}`;
  }
}
