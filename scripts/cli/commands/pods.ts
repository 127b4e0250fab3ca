import type { Command } from 'commander';
import type { PodsView } from '../../../functions/console/views/pods.ts';
import { appParameter } from '../arguments.ts';
import { onApp } from '../on-app.ts';
import { table } from '../table.ts';
import { ago, oneLine, paint } from '../text.ts';

export function podsCommands(program: Command): void {
  program
    .command('pods')
    .argument(...appParameter)
    .description('the pods of an App, where its requests go, and what the cluster warned of')
    .action((text: string, _options, command) =>
      onApp<PodsView>(command, text, { method: 'GET', part: 'pods' }, story),
    );
}

const story = ({ pods, endpoints, warnings, away }: PodsView) =>
  [
    pods.length > 0 ? list(pods) : 'No pod is running.',
    endpoints.length > 0
      ? `requests go to ${endpoints.map(({ release, ready }) => `${ready} of r${release}`).join(', ')}`
      : 'requests go nowhere: no pod behind the Service is ready',
    ...(away === undefined ? [] : [paint('yellow', oneLine(`warnings are not known now: ${away}`))]),
    ...warnings.map(({ object, reason, message, count, at }) =>
      oneLine(`${ago(at)} ago  ${reason}${count === 1 ? '' : ` (${count} times)`}  ${object}: ${message}`),
    ),
  ].join('\n');

const list = (pods: PodsView['pods']) =>
  table(pods, [
    { title: 'POD', cell: ({ name }) => name },
    { title: 'RELEASE', cell: ({ release }) => `r${release}` },
    { title: 'STATE', cell: ({ ready, phase }) => (ready ? 'Ready' : phase) },
    { title: 'RESTARTS', cell: ({ restarts }) => `${restarts}` },
    { title: 'ADDRESS', cell: ({ address }) => address ?? '-' },
    { title: 'REASON', cell: ({ reason, message }) => [reason, message].filter(Boolean).join(': ') },
  ]);
