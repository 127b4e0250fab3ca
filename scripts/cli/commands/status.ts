import type { Command } from 'commander';
import type { StatusView } from '../../../functions/console/routes/status.ts';
import { sessionOf } from '../session.ts';
import { ago, oneLine, shortCommit, shownInstant } from '../text.ts';

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
    ...(status.brokenStandbys.length > 0 ? ['  standbys that would not take over:'] : []),
    ...status.brokenStandbys.map(
      ({ namespace, name, standby }) =>
        `    ${namespace}/${name} ${standby}: cite apps show ${namespace}/${name}`,
    ),
    `  Changes under way    ${status.openChanges}`,
    ...status.underWay.map(
      ({ app, commit, state, updatedAt }) =>
        `    ${app.namespace}/${app.name}  ${shortCommit(commit)}  ${state} for ${ago(updatedAt)}`,
    ),
    `  deliveries to judge  ${status.unjudgedDeliveries}`,
    `  messages to send     ${status.pendingMessages}`,
    ...(status.deadLetters.length > 0 ? ['  dead letters, newest first:'] : ['  dead letters         0']),
    ...status.deadLetters.flatMap(deadLetter),
  ].join('\n');

function deadLetter(letter: StatusView['deadLetters'][number]): string[] {
  const { at, code, message, remedy, subject, type } = letter;
  const about = subject === undefined ? type : `${type} of ${subject}`;
  const answered = code === 0 ? 'gave no answer' : `answered ${code}`;
  return [
    oneLine(
      `    ${shownInstant(at)}  ${letter.function} ${answered} to ${about}${message && `: ${message}`}`,
    ),
    oneLine(`      ${remedy}`),
  ];
}
