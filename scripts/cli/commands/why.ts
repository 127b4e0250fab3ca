import type { Command } from 'commander';
import { echo } from '../../../functions/console/echo.ts';
import type { WhyView } from '../../../functions/console/routes/why.ts';
import type { ChangeView } from '../../../functions/console/views/change.ts';
import { appArgument } from '../arguments.ts';
import { commitOf } from '../checkout.ts';
import { path, query } from '../client.ts';
import { Failure } from '../failure.ts';
import { type Session, sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';
import { changeStory } from '../words.ts';

export function whyCommands(program: Command): void {
  program
    .command('why')
    .argument('[commit|app]', 'a commit, a name of one in git, or an App: its newest Change (default: HEAD)')
    .description('what became of a commit or of the newest Change of an App, and why')
    .action(async (text: string | undefined, _options, command) => {
      const session = sessionOf(command);
      const commit = await commitOf(text ?? 'HEAD');
      if (commit !== undefined) return whyCommit(session, commit);
      if (text !== undefined) return whyApp(session, text);
      throw new Failure('HEAD is no commit here. Name a commit or an App, or go into the checkout.');
    });
}

async function whyCommit({ api, print }: Session, commit: string): Promise<void> {
  const answer = await api.call<WhyView>('GET', path`/api/why/${commit}`);
  print(answer, () => story(answer));
}

async function whyApp(session: Session, text: string): Promise<void> {
  const { namespace, name } = await appArgument(session, text, `${echo(text)} is no commit here, and no App`);
  const app = `${namespace}/${name}`;
  const at = `/api/changes${query({ app, limit: 1 })}`;
  const answer = await session.api.call<{ changes: ChangeView[] }>('GET', at);
  const [newest] = answer.changes;
  if (!newest) throw new Failure(`${app} has no Change yet. See cite apps show ${app}.`);
  session.print(answer, () => changeStory(newest));
}

function story({ changes, deliveries }: WhyView): string {
  const alike = Map.groupBy(deliveries, ({ event, judgement }) => `delivery ${event}  ${oneLine(judgement)}`);
  const told = [...alike].map(([line, those]) =>
    those.length > 1 ? `${line} (${those.length} times)` : line,
  );
  return [...changes.map(changeStory), ...told].join('\n');
}
