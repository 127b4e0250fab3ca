import type { Command } from 'commander';
import type { StatusView } from '../../../functions/console/routes/status.ts';
import { sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';

export function statusCommands(program: Command): void {
  program
    .command('status')
    .description('how the platform is: what is under way and what got stuck')
    .action(async (_options, command) => {
      const { api, print } = sessionOf(command);
      const status = await api.call<StatusView>('GET', '/api/status');
      print(status, () => story(status));
    });
}

const story = (status: StatusView) =>
  [
    `Cite ${status.version}`,
    `  Apps                 ${status.apps}`,
    `  Changes under way    ${status.openChanges}`,
    `  deliveries to judge  ${status.unjudgedDeliveries}`,
    `  messages to send     ${status.pendingMessages}`,
    ...(status.deadLetters.length > 0 ? ['  dead letters, newest first:'] : ['  dead letters         0']),
    ...status.deadLetters.map(
      ({ at, type, destination, message }) =>
        `    ${at}  ${oneLine(`${type} to ${destination}: ${message}`)}`,
    ),
  ].join('\n');
