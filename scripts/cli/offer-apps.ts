import type { Command } from 'commander';
import type { AppSummary } from '../../functions/console/views/summary.ts';
import { platformOf } from './session.ts';

/** A shell waits for what may follow: no name at all comes sooner than one that is late. */
const PATIENCE_MS = 500;

/**
 * For the shell that completes: gives every place for an App the names that there are, and where a name is not the only one
 * of its kind, or a / was typed, the whole address. Asks the platform only where such a place may be; one that does not
 * answer at once, or well, has none.
 */
export async function offerApps(program: Command, words: readonly string[]): Promise<void> {
  const command = commandOf(program, words);
  const places = [
    ...command.registeredArguments.filter((argument) => argument.name() === 'app'),
    ...command.options.filter(({ long }) => long === '--app'),
  ];
  if (places.length === 0) return;
  const apps = await listed().catch(() => []);
  const offered = offers(apps, words.at(-1) ?? '');
  for (const place of places) place.choices(offered);
}

/** The last one that the words name. */
function commandOf(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words.slice(0, -1))
    command = command.commands.find((one) => one.name() === word) ?? command;
  return command;
}

function offers(apps: readonly Address[], typed: string): readonly string[] {
  const names = apps.map(({ name }) => name);
  const isOnly = (name: string) => names.indexOf(name) === names.lastIndexOf(name);
  return apps.map(({ namespace, name }) =>
    isOnly(name) && !typed.includes('/') ? name : `${namespace}/${name}`,
  );
}

type Address = Pick<AppSummary, 'namespace' | 'name'>;

async function listed(): Promise<readonly Address[]> {
  const { url, token } = platformOf(undefined);
  const answer = await fetch(`${url}/api/apps`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { apps } = (await answer.json()) as { apps: readonly Address[] };
  // A shell splits, expands and shows what it is told: only what can be the name of one.
  return apps.filter(({ namespace, name }) => [namespace, name].every((text) => /^[a-z0-9-]+$/.test(text)));
}
