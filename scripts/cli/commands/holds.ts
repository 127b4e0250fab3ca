import type { Command } from 'commander';
import { appArgument } from '../arguments.ts';
import { path } from '../client.ts';
import { sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';

export function holdsCommands(program: Command): void {
  program
    .command('hold')
    .argument('<app>')
    .option('--why <reason>', 'everybody is shown it')
    .description('stop automatic switching: pushes are built, but wait')
    .action(async (text: string, { why }: { why?: string }, command) => {
      const session = sessionOf(command);
      const { namespace, name } = await appArgument(session, text);
      const at = path`/api/apps/${namespace}/${name}/hold`;
      const answer = await session.api.call('POST', at, { by: session.by, why });
      session.print(
        answer,
        () => `${namespace}/${name} is held: pushes are built, but wait until cite lift.`,
      );
    });

  program
    .command('lift')
    .argument('<app>')
    .description('let automatic switching go on')
    .action(async (text: string, _options, command) => {
      const session = sessionOf(command);
      const { namespace, name } = await appArgument(session, text);
      const at = path`/api/apps/${namespace}/${name}/lift`;
      const answer = await session.api.call<{ message: string }>('POST', at, { by: session.by });
      session.print(answer, () => oneLine(answer.message));
    });
}
