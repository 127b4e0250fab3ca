import type { Command } from 'commander';
import { appsOn } from '../apps-on.ts';
import { checkedOut, source } from '../checkout.ts';
import { confirmed } from '../confirm.ts';
import { Failure, usage } from '../failure.ts';
import { sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';
import { create, forNewApp, type NewApp } from './apps.ts';

interface Options extends NewApp {
  readonly yes?: boolean;
}

export function initCommands(program: Command): void {
  const init = forNewApp(program.command('init'));
  // One that nobody names is the one that is checked out.
  const branch = init.options.find(({ long }) => long === '--branch');
  if (branch) branch.description = 'branch that is followed (default: the one that is checked out)';
  init
    .option('--yes', 'do not ask')
    .description('register an App for the repository and the branch of the checkout that one stands in')
    .action(async ({ yes, ...options }: Options, command) => {
      const from = await source();
      if (from === undefined) throw new Failure(await remedy());
      const { host, repository, branch } = { ...from, ...(options.branch ? { branch: options.branch } : {}) };
      if (!yes && !process.stdin.isTTY)
        throw usage(command, 'there is no terminal to ask on whether to register it. Say so with --yes.');
      const apps = await appsOn(sessionOf(command), { repository, branch });
      if (!yes && !(await confirmed(question({ ...options, host, repository, branch }, apps))))
        throw new Failure('no App was registered.');
      await create(repository, { ...options, branch }, command);
    });
}

/** What it will make, and what of the kind is there. */
function question(
  {
    host,
    repository,
    branch,
    name,
    namespace,
  }: NewApp & { readonly host: string; readonly repository: string },
  apps: readonly { readonly namespace: string; readonly name: string }[],
): string {
  const called = name === undefined ? 'an App' : `the App ${name}`;
  const where = namespace ?? repository.slice(0, repository.indexOf('/')).toLowerCase();
  const others = apps.map((app) => `${app.namespace}/${app.name}`).join(', ');
  return oneLine(
    `Register ${called} in the Namespace ${where} that follows branch ${branch} of ${repository} (the remote is on ${host}), with a webhook there? Its head is deployed at once, then every push.${others && ` ${others} follows it already.`}`,
  );
}

async function remedy(): Promise<string> {
  return (await checkedOut()) === undefined
    ? 'no branch is checked out here. Go into the checkout, or git switch to a branch.'
    : 'this checkout has no remote on a code host. git remote add origin <url> names one, or cite apps create <owner/repo>.';
}
