import type { Command } from 'commander';
import { appParameter } from '../arguments.ts';
import { type Message, onApp } from '../on-app.ts';
import { oneLine } from '../text.ts';

export function holdsCommands(program: Command): void {
  program
    .command('hold')
    .argument(...appParameter)
    .option('--why <reason>', 'everybody is shown it')
    .description('stop automatic switching: pushes are built, but wait')
    .action((text: string, { why }: { why?: string }, command) =>
      onApp(
        command,
        text,
        { method: 'POST', part: 'hold', body: { why } },
        (_answer, app) => `${app} is held: pushes are built, but wait until cite lift.`,
      ),
    );

  program
    .command('lift')
    .argument(...appParameter)
    .description('let automatic switching go on')
    .action((text: string, _options, command) =>
      onApp<Message>(command, text, { method: 'POST', part: 'lift' }, ({ message }) => oneLine(message)),
    );
}
