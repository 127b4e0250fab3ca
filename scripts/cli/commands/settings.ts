import { text as readText } from 'node:stream/consumers';
import type { Command } from 'commander';
import { echo } from '../../../functions/console/echo.ts';
import type { AppView } from '../../../functions/console/views/app.ts';
import { appArgument, appParameter, pairArgument } from '../arguments.ts';
import { path, query } from '../client.ts';
import { Failure, usage } from '../failure.ts';
import { sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';

export function settingsCommands(program: Command): void {
  const env = program
    .command('env')
    .description('environment of an App: set, unset; a change makes a new release');

  env
    .command('set')
    .argument(...appParameter)
    .argument('<KEY=VALUE...>', 'what to set', pairArgument)
    .description('set variables; the others stay')
    .action((text: string, pairs: Record<string, string>, _options, command) =>
      changeEnvironment(text, pairs, command),
    );

  env
    .command('unset')
    .argument(...appParameter)
    .argument('<KEY...>', 'what to remove')
    .description('remove variables')
    .action((text: string, keys: string[], _options, command) =>
      changeEnvironment(text, Object.fromEntries(keys.map((key) => [key, null])), command),
    );

  program
    .command('secrets')
    .description('Secrets of a namespace: set')
    .command('set')
    .argument('<namespace/name>', 'the Secret')
    .argument('<KEY=VALUE...>', 'the whole content; KEY=- takes the value from standard input')
    .description('make or replace a Secret; it cannot be read back')
    .action(setSecret);
}

async function changeEnvironment(
  text: string,
  patch: Readonly<Record<string, string | null>>,
  command: Command,
): Promise<void> {
  const session = sessionOf(command);
  const { namespace, name } = await appArgument(session, text);
  const at = path`/api/apps/${namespace}/${name}`;
  const before = await session.api.call<AppView>('GET', at);
  const differs = Object.entries(patch).some(([key, value]) => heldIn(before.spec.env, key) !== value);
  const app = differs
    ? await session.api.call<AppView>('PATCH', `${at}${query({ by: session.by })}`, { env: patch })
    : before;
  const keys = oneLine(Object.keys(app.spec.env).sort().join(', ')) || 'no environment of its own';
  session.print(app, () =>
    differs
      ? `${namespace}/${name} now has ${keys}.`
      : `Nothing changed: that is so already. ${namespace}/${name} has ${keys}.`,
  );
}

const heldIn = (env: Readonly<Record<string, string>>, key: string) =>
  Object.hasOwn(env, key) ? env[key] : null;

async function setSecret(
  address: string,
  texts: readonly string[],
  _options: unknown,
  command: Command,
): Promise<void> {
  const [namespace, name, ...rest] = address.split('/');
  const [first = ''] = texts;
  if (!address.includes('/') && !first.includes('='))
    throw usage(command, `${echo(address)} names no Secret: write ${echo(`${address}/${first}`)}.`);
  if (!namespace || !name || rest.length > 0)
    throw new Failure(`${echo(address)} is no Secret. Give it as <namespace>/<name>.`);
  const { api, by, print } = sessionOf(command);
  const content = await fromInput(
    texts.reduce<Record<string, string>>((all, text) => pairArgument(text, all), {}),
  );
  await api.call('PUT', path`/api/namespaces/${namespace}/secrets/${name}`, { content, by });
  print({ namespace, name }, () => `Secret ${address} has ${Object.keys(content).sort().join(', ')}.`);
}

/** A value on the command line shows in the process list and the shell's history: standard input does not. */
async function fromInput(pairs: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const asked = Object.keys(pairs).filter((key) => pairs[key] === '-');
  if (asked.length > 1)
    throw new Failure(`only one value can come from standard input, not ${asked.join(' and ')}.`);
  const [key] = asked;
  return key === undefined
    ? { ...pairs }
    : { ...pairs, [key]: (await readText(process.stdin)).replace(/\r?\n$/, '') };
}
