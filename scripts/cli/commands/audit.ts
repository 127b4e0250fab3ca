import type { Command } from 'commander';
import type { AuditEntryView } from '../../../functions/console/routes/audit.ts';
import { appArgument, countArgument } from '../arguments.ts';
import { query } from '../client.ts';
import { sessionOf } from '../session.ts';
import { table } from '../table.ts';
import { ago } from '../text.ts';

export function auditCommands(program: Command): void {
  program
    .command('audit')
    .description('who did what, when and from where; newest first')
    .option('--app <app>', 'to an App')
    .option('--limit <number>', 'at most so many (1 to 100)', countArgument, 20)
    .action(async ({ app, limit }: { app?: string; limit: number }, command) => {
      const session = sessionOf(command);
      const ref = app === undefined ? undefined : await appArgument(session, app);
      const of = ref && `${ref.namespace}/${ref.name}`;
      const path = `/api/audit${query({ app: of, limit })}`;
      const answer = await session.api.call<{ entries: AuditEntryView[] }>('GET', path);
      session.print(answer, () =>
        answer.entries.length === 0
          ? of === undefined
            ? 'Nothing was done.'
            : `Nothing was done to ${of}.`
          : entriesTable(answer.entries),
      );
    });
}

const entriesTable = (entries: readonly AuditEntryView[]) =>
  table(entries, [
    { title: 'AGE', cell: ({ at }) => ago(at) },
    { title: 'BY', cell: ({ by }) => by },
    { title: 'ACTION', cell: ({ action }) => action },
    { title: 'TO', cell: ({ app }) => app ?? '-' },
    { title: 'DETAILS', cell: words },
    { title: 'FROM', cell: ({ from }) => from },
  ]);

const words = ({ change, details }: AuditEntryView) =>
  Object.entries({ ...(change === undefined ? {} : { change }), ...details })
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name}: ${text}`)
    .join(', ') || '-';
