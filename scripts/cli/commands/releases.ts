import type { Command } from 'commander';
import type { ActivationView } from '../../../functions/console/routes/releases.ts';
import type { ReleaseView } from '../../../functions/console/views/release.ts';
import { appParameter, releaseArgument } from '../arguments.ts';
import { type Message, onApp } from '../on-app.ts';
import { table } from '../table.ts';
import { ago, oneLine, paint, paintState, shortCommit, spoken } from '../text.ts';
import { changeLine } from '../words.ts';

interface Releases {
  readonly releases: readonly ReleaseView[];
}

export function releasesCommands(program: Command): void {
  program
    .command('releases')
    .argument(...appParameter)
    .description('the releases of an App that are still there')
    .action((text: string, _options, command) =>
      onApp<Releases>(command, text, { method: 'GET', part: 'releases' }, ({ releases }) =>
        releases.length > 0 ? list(releases) : 'No releases yet.',
      ),
    );

  program
    .command('activate')
    .argument(...appParameter)
    .argument('<release>', 'r12', releaseArgument)
    .option('--why <reason>', 'everybody is shown it')
    .description('make an earlier release live (rollback); holds the App until cite lift')
    .action((text: string, release: number, { why }: { why?: string }, command) =>
      onApp<ActivationView>(
        command,
        text,
        { method: 'POST', part: 'activate', body: { release, why } },
        ({ warning, ...change }, app) =>
          [
            changeLine(change),
            ...(warning === undefined ? [] : [paint('yellow', `warning: ${oneLine(warning)}`)]),
            `The App is held: cite lift ${app} lets pushes go live again.`,
          ].join('\n'),
      ),
    );

  program
    .command('redeploy')
    .argument(...appParameter)
    .description('run the newest commit anew, as a new release')
    .action((text: string, _options, command) =>
      onApp(command, text, { method: 'POST', part: 'redeploy' }, sentence),
    );

  for (const [verb, description] of [
    ['pin', 'keep a release from the sweep'],
    ['unpin', 'let the sweep have a release again'],
    ['warm', 'start a release again that the sweep has scaled down, to stand by'],
  ] as const) {
    program
      .command(verb)
      .argument(...appParameter)
      .argument('<release>', 'r12', releaseArgument)
      .description(description)
      .action((text: string, release: number, _options, command) =>
        onApp(command, text, { method: 'POST', part: verb, body: { release } }, sentence),
      );
  }
}

const sentence = ({ message }: Message) => oneLine(message);

const list = (releases: readonly ReleaseView[]) =>
  table(releases, [
    { title: 'RELEASE', cell: ({ name }) => name },
    { title: 'STATE', cell: ({ state }) => state, paint: paintState },
    { title: 'COMMIT', cell: ({ commit }) => shortCommit(commit) },
    { title: 'CHANGE', cell: ({ kind, title }) => [kind, title].filter(Boolean).join(' ') || '-' },
    { title: 'AGE', cell: ({ createdAt }) => ago(createdAt) },
    { title: 'NOTE', cell: ({ note }) => spoken(note) },
    { title: 'CONFIGURATION', cell: configuration },
  ]);

/** In what it differs from that of the release before. */
const configuration = ({ differs }: ReleaseView) =>
  differs && differs.in.length > 0 ? `${differs.in.join('; ')} (since ${differs.from})` : '';
