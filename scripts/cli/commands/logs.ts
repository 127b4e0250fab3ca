import type { Command } from 'commander';
import type { ChangeView } from '../../../functions/console/views/change.ts';
import type { ReleaseView } from '../../../functions/console/views/release.ts';
import { type AppAddress, appArgument, appParameter, countArgument, releaseArgument } from '../arguments.ts';
import { path, query } from '../client.ts';
import { Failure } from '../failure.ts';
import { lines } from '../lines.ts';
import { type Session, sessionOf } from '../session.ts';
import { harmless, shownJson } from '../text.ts';

interface Options {
  readonly follow?: boolean;
  readonly build?: boolean;
  readonly release?: number;
  readonly tail?: number;
  readonly raw?: boolean;
}

export function logsCommands(program: Command): void {
  program
    .command('logs')
    .argument(...appParameter)
    .option('-f, --follow', 'go on until it ends or Ctrl-C')
    .option('--build', 'of the build rather than of the pods')
    .option('--release <release>', 'r12; default: the live one, with --build the newest', releaseArgument)
    .option('--tail <lines>', 'only that many last lines', countArgument)
    .option('--raw', 'leave control characters in')
    .description('what an App or its build prints')
    .action(async (text: string, options: Options, command) => {
      const session = sessionOf(command);
      const app = await appArgument(session, text);
      const { follow, tail } = options;
      const at = options.build
        ? `${path`/api/builds/${await buildOf(session, app, options.release)}/log`}${query({ follow, tail })}`
        : `${path`/api/apps/${app.namespace}/${app.name}/logs`}${query({ follow, tail, release: options.release })}`;
      for await (const line of lines(session.api.stream(at))) {
        console.log(session.json ? shownJson({ line }) : options.raw ? line : harmless(line));
      }
    });
}

/** The key of the Build that a release runs, or of the newest one. */
async function buildOf({ api }: Session, app: AppAddress, release: number | undefined): Promise<string> {
  const address = `${app.namespace}/${app.name}`;
  if (release === undefined) {
    const { changes } = await api.call<{ changes: ChangeView[] }>(
      'GET',
      `/api/changes${query({ app: address })}`,
    );
    const key = changes.find(({ build }) => build !== undefined)?.build;
    if (key === undefined) throw new Failure(`${address} has no build yet. See cite apps show ${address}.`);
    return key;
  }
  const at = path`/api/apps/${app.namespace}/${app.name}/releases`;
  const { releases } = await api.call<{ releases: ReleaseView[] }>('GET', at);
  const found = releases.find(({ number }) => number === release);
  if (!found) throw new Failure(`there is no r${release}. See cite releases ${address}.`);
  const change = await api.call<ChangeView>('GET', path`/api/changes/${found.change}`);
  if (change.build === undefined)
    throw new Failure(`r${release} was not built here: it is a Change of kind ${change.kind}.`);
  return change.build;
}
