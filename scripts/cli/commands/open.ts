import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { appPath } from '../../../functions/console/pages/addresses.ts';
import type { AppView } from '../../../functions/console/views/app.ts';
import { appsOn, noApp } from '../apps-on.ts';
import { type AppAddress, appArgument } from '../arguments.ts';
import { source } from '../checkout.ts';
import { path } from '../client.ts';
import { Failure } from '../failure.ts';
import { type Session, sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';

export function openCommands(program: Command): void {
  program
    .command('open')
    .argument('[app]', 'name of an App, or <namespace>/<name> (default: the one of the branch checked out)')
    .description('print the address of an App and of its page; on a terminal open the page')
    .action(async (text: string | undefined, _options, command) => {
      const session = sessionOf(command);
      const { namespace, name } =
        text === undefined ? await appHere(session) : await appArgument(session, text);
      const app = await session.api.call<AppView>('GET', path`/api/apps/${namespace}/${name}`);
      const page = `${session.url}${appPath(app)}`;
      const url = app.status.url;
      session.print({ console: page, ...(url === undefined ? {} : { url }) }, () =>
        [`console  ${page}`, `app      ${oneLine(url ?? 'has no URL yet')}`].join('\n'),
      );
      if (process.stdout.isTTY && !session.json) openInBrowser(page);
    });
}

async function appHere(session: Session): Promise<AppAddress> {
  const from = await source();
  if (from === undefined) throw new Failure('no branch of a repository is checked out here. Name an App.');
  const [only, ...others] = await appsOn(session, from);
  if (!only) throw noApp(from);
  if (others.length > 0) {
    const names = [only, ...others].map((app) => `${app.namespace}/${app.name}`).join(', ');
    throw new Failure(
      `several Apps follow branch ${from.branch} of ${from.repository}. Say which: ${names}.`,
    );
  }
  return only;
}

/** Where there is no browser to open, as on a server, the printed address is all. */
function openInBrowser(page: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(opener, [page], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
