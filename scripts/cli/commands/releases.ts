import type { Command } from 'commander';
import type { ChangeView } from '../../../functions/console/views/change.ts';
import type { ReleaseView } from '../../../functions/console/views/release.ts';
import { appArgument, releaseArgument } from '../arguments.ts';
import { path } from '../client.ts';
import { sessionOf } from '../session.ts';
import { table } from '../table.ts';
import { ago, oneLine, paintState, shortCommit } from '../text.ts';
import { changeLine } from '../words.ts';

interface Message {
  readonly message: string;
}

export function releasesCommands(program: Command): void {
  program
    .command('releases')
    .argument('<app>')
    .description('the releases of an App that are still there')
    .action(async (text: string, _options, command) => {
      const session = sessionOf(command);
      const { namespace, name } = await appArgument(session, text);
      const at = path`/api/apps/${namespace}/${name}/releases`;
      const answer = await session.api.call<{ releases: ReleaseView[] }>('GET', at);
      session.print(answer, () => (answer.releases.length > 0 ? list(answer.releases) : 'No releases yet.'));
    });

  program
    .command('activate')
    .argument('<app>')
    .argument('<release>', 'r12', releaseArgument)
    .option('--why <reason>', 'everybody is shown it')
    .description('make an earlier release live (rollback); holds the App until cite lift')
    .action(async (text: string, release: number, { why }: { why?: string }, command) => {
      const session = sessionOf(command);
      const { namespace, name } = await appArgument(session, text);
      const body = { release, by: session.by, why };
      const at = path`/api/apps/${namespace}/${name}/activate`;
      const change = await session.api.call<ChangeView>('POST', at, body);
      session.print(
        change,
        () =>
          `${changeLine(change)}\nThe App is held: cite lift ${namespace}/${name} lets pushes go live again.`,
      );
    });

  program
    .command('redeploy')
    .argument('<app>')
    .description('run the live commit anew, as a new release')
    .action(async (text: string, _options, command) => {
      const session = sessionOf(command);
      const { namespace, name } = await appArgument(session, text);
      const at = path`/api/apps/${namespace}/${name}/redeploy`;
      const answer = await session.api.call<Message>('POST', at, { by: session.by });
      session.print(answer, () => oneLine(answer.message));
    });

  for (const [verb, description] of [
    ['pin', 'keep a release from the sweep'],
    ['unpin', 'let the sweep have a release again'],
  ] as const) {
    program
      .command(verb)
      .argument('<app>')
      .argument('<release>', 'r12', releaseArgument)
      .description(description)
      .action(async (text: string, release: number, _options, command) => {
        const session = sessionOf(command);
        const { namespace, name } = await appArgument(session, text);
        const at = path`/api/apps/${namespace}/${name}/${verb}`;
        const answer = await session.api.call<Message>('POST', at, { release, by: session.by });
        session.print(answer, () => oneLine(answer.message));
      });
  }
}

const list = (releases: readonly ReleaseView[]) =>
  table(releases, [
    { title: 'RELEASE', cell: ({ name }) => name },
    { title: 'STATE', cell: ({ state }) => state, paint: paintState },
    { title: 'COMMIT', cell: ({ commit }) => shortCommit(commit) },
    { title: 'CHANGE', cell: ({ kind, title }) => [kind, title].filter(Boolean).join(' ') || '-' },
    { title: 'AGE', cell: ({ createdAt }) => ago(createdAt) },
    { title: 'NOTE', cell: ({ note }) => note },
  ]);
