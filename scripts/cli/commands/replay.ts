import type { Command } from 'commander';
import type { StatusView } from '../../../functions/console/routes/status.ts';
import { path } from '../client.ts';
import { sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';

type DeadLetter = NonNullable<StatusView['deadLetters']>[number];

export function replayCommands(program: Command): void {
  program
    .command('replay')
    .argument('<id>', 'of a dead letter: cite status lists them')
    .description('publish the event of a dead letter again')
    .action(async (id: string, _options, command) => {
      const { api, by, print } = sessionOf(command);
      const letter = await api.call<DeadLetter>('POST', path`/api/dead-letters/${id}/replay`, { by });
      print(letter, () =>
        oneLine(
          `${letter.type} is published again. If ${letter.function} refuses it once more, cite status says so.`,
        ),
      );
    });
}
