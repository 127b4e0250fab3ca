import type { Command } from 'commander';
import type { ChangeEventView } from '../../../functions/console/views/change-event.ts';
import { appArgument, timeArgument } from '../arguments.ts';
import { followEvents } from '../follow-events.ts';
import { sessionOf } from '../session.ts';
import { oneLine, shortCommit, shownJson } from '../text.ts';
import { stepLine } from '../words.ts';

interface Options {
  readonly follow?: boolean;
  readonly app?: string;
  readonly repository?: string;
  readonly since?: string;
}

export function eventsCommands(program: Command): void {
  program
    .command('events')
    .description('every step of every Change, oldest first, a line each; with --json of JSON')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .option('--app <app>', 'of an App')
    .option('--repository <owner/name>', 'of a repository')
    .option(
      '--since <time>',
      'since then: 2h, 7d, or a time (default: the 7 days that are kept)',
      timeArgument,
    )
    .action(async ({ app, repository, since, follow = false }: Options, command) => {
      const session = sessionOf(command);
      const ref = app === undefined ? undefined : await appArgument(session, app);
      const after = since === undefined ? 0 : Date.parse(since) - 1;
      const wanted = { app: ref && `${ref.namespace}/${ref.name}`, repository, after, follow };
      for await (const data of followEvents(session.api, wanted)) {
        const event: ChangeEventView = JSON.parse(data);
        console.log(session.json ? shownJson(event) : words(event));
      }
    });
}

const words = (event: ChangeEventView) =>
  `${stepLine(event)} · ${oneLine(event.kind)} ${oneLine(shortCommit(event.commit))} "${oneLine(event.title)}"`;
