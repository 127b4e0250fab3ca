import type { Command } from 'commander';
import type { StatusView } from '../../../functions/console/routes/status.ts';
import { sessionOf } from '../session.ts';
import { ago, oneLine, paint, shortCommit, shownInstant } from '../text.ts';

export function statusCommands(program: Command): void {
  program
    .command('status')
    .description('how the platform is: what is under way, what got stuck, whether it hears and may speak')
    .action(async (_options, command) => {
      const { api, print } = sessionOf(command);
      const status = await api.call<StatusView>('GET', '/api/status');
      print(status, () => story(status));
    });
}

const UNKNOWN = 'not known now';

const story = (status: StatusView) =>
  [
    `Cite ${status.version}`,
    ...status.away.map((reason) => paint('yellow', oneLine(`  away: ${reason}`))),
    `  Apps                 ${status.apps ?? UNKNOWN}`,
    ...titled(
      '  standbys that would not take over:',
      status.brokenStandbys,
      ({ namespace, name, standby }) => [
        `    ${namespace}/${name} ${standby}: cite apps show ${namespace}/${name}`,
      ],
    ),
    `  Changes under way    ${status.openChanges ?? UNKNOWN}`,
    ...(status.underWay ?? []).map(
      ({ app, commit, state, updatedAt }) =>
        `    ${app.namespace}/${app.name}  ${shortCommit(commit)}  ${state} for ${ago(updatedAt)}`,
    ),
    `  deliveries to judge  ${status.unjudgedDeliveries ?? UNKNOWN}`,
    `  messages to send     ${status.pendingMessages ?? UNKNOWN}`,
    ...(status.rateLimit ? [`  GitHub's rate limit  ${limitWords(status.rateLimit)}`] : []),
    ...titled('  webhooks:', status.webhooks, webhook),
    ...(status.deadLetters?.length ? [] : [`  dead letters         ${status.deadLetters ? 0 : UNKNOWN}`]),
    ...titled('  dead letters, newest first:', status.deadLetters, deadLetter),
  ].join('\n');

/** Nothing at all where there is none. */
const titled = <T>(title: string, rows: readonly T[] | undefined, lines: (row: T) => readonly string[]) =>
  rows?.length ? [title, ...rows.flatMap(lines)] : [];

export const limitWords = ({ limit, remaining, resetAt }: NonNullable<StatusView['rateLimit']>) =>
  `${remaining} of ${limit} requests are left until ${shownInstant(resetAt)}`;

type Row<List extends 'webhooks' | 'deadLetters'> = NonNullable<StatusView[List]>[number];

function webhook({ repository, connected, message, last }: Row<'webhooks'>): string[] {
  const told = last ? `last ${last.event} ${ago(last.at)} ago: ${last.became}` : 'told of nothing in 7 days';
  return [oneLine(`    ${repository}  ${connected === 'True' ? '' : `${message} `}${told}`)];
}

function deadLetter(letter: Row<'deadLetters'>): string[] {
  const { at, code, message, remedy, replayed, subject, type } = letter;
  const about = subject === undefined ? type : `${type} of ${subject}`;
  const answered = code === 0 ? 'gave no answer' : `answered ${code}`;
  const again = replayed ? `published again by ${replayed.by}, ${ago(replayed.at)} ago` : undefined;
  return [
    oneLine(
      `    ${shownInstant(at)}  ${letter.function} ${answered} to ${about}${message && `: ${message}`}`,
    ),
    oneLine(`      ${remedy}`),
    oneLine(`      ${again ?? `cite replay ${letter.id} publishes it again`}`),
  ];
}
