import { text as readText } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { AppView } from '../../../functions/console/views/app.ts';
import { appArgument, pairArgument } from '../arguments.ts';
import { path } from '../client.ts';
import { Failure } from '../failure.ts';
import { sessionOf } from '../session.ts';

export function settingsCommands(program: Command): void {
  const env = program.command('env').description('environment of an App; a change makes a new release');

  const change = async (text: string, patch: Record<string, string | null>, command: Command) => {
    const session = sessionOf(command);
    const { namespace, name } = await appArgument(session, text);
    const app = await session.api.call<AppView>('PATCH', path`/api/apps/${namespace}/${name}`, {
      env: patch,
    });
    const keys = Object.keys(app.spec.env).sort();
    session.print(
      app,
      () => `${namespace}/${name} now has ${keys.join(', ') || 'no environment of its own'}.`,
    );
  };

  env
    .command('set')
    .argument('<app>')
    .argument('<KEY=VALUE...>', 'what to set', pairArgument)
    .description('set variables; the others stay')
    .action((text: string, pairs: Record<string, string>, _options, command) => change(text, pairs, command));

  env
    .command('unset')
    .argument('<app>')
    .argument('<KEY...>')
    .description('remove variables')
    .action((text: string, keys: string[], _options, command) =>
      change(text, Object.fromEntries(keys.map((key) => [key, null])), command),
    );

  program
    .command('secrets')
    .description('Secrets of a namespace')
    .command('set')
    .argument('<namespace/name>')
    .argument('<KEY=VALUE...>', 'the whole content; KEY=- takes the value from standard input', pairArgument)
    .description('make or replace a Secret; it cannot be read back')
    .action(async (address: string, pairs: Record<string, string>, _options, command) => {
      const { api, by, print } = sessionOf(command);
      const [namespace, name, ...rest] = address.split('/');
      if (!namespace || !name || rest.length > 0)
        throw new Failure(`${address} is no Secret. Give it as <namespace>/<name>.`);
      const content = await fromInput(pairs);
      await api.call('PUT', path`/api/namespaces/${namespace}/secrets/${name}`, { content, by });
      print({ namespace, name }, () => `Secret ${address} has ${Object.keys(content).sort().join(', ')}.`);
    });
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
