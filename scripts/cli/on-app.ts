import type { Command } from 'commander';
import { appArgument } from './arguments.ts';
import { path, query } from './client.ts';
import { sessionOf } from './session.ts';

export interface AppRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** What follows the App in the path: releases. */
  readonly part?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Asks the API one thing about the App that a command names, and prints the answer. A wish says who asks. */
export async function onApp<T>(
  command: Command,
  text: string,
  { method, part, body }: AppRequest,
  words: (answer: T, address: string) => string,
): Promise<void> {
  const session = sessionOf(command);
  const { namespace, name } = await appArgument(session, text);
  const at = `${path`/api/apps/${namespace}/${name}`}${part === undefined ? '' : path`/${part}`}`;
  const { by } = session;
  const answer = await (method === 'POST'
    ? session.api.call<T>(method, at, { ...body, by })
    : session.api.call<T>(method, method === 'GET' ? at : `${at}${query({ by })}`, body));
  session.print(answer, () => words(answer, `${namespace}/${name}`));
}

/** An answer of the API that is a sentence. */
export interface Message {
  readonly message: string;
}
