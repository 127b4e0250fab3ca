import type { Command } from 'commander';
import type { PlanView } from '../../../functions/console/routes/sweep.ts';
import { sessionOf } from '../session.ts';
import { table } from '../table.ts';
import { oneLine, spoken } from '../text.ts';

export function sweepCommands(program: Command): void {
  program
    .command('sweep')
    .option('--dry-run', 'only say what would be done')
    .description('retire what nothing needs, now rather than by schedule')
    .action(async ({ dryRun }: { dryRun?: boolean }, command) => {
      const { api, by, print } = sessionOf(command);
      if (!dryRun) {
        const answer = await api.call<{ message: string }>('POST', '/api/sweep', { by });
        print(answer, () => oneLine(answer.message));
        return;
      }
      const plan = await api.call<PlanView>('GET', '/api/sweep');
      print(plan, () => (plan.actions.length > 0 ? list(plan) : 'There are no releases.'));
    });
}

const list = ({ actions }: PlanView) =>
  table(actions, [
    { title: 'RELEASE', cell: ({ app, release }) => `${app.namespace}/${app.name} r${release}` },
    { title: 'ACTION', cell: ({ action }) => action },
    { title: 'REASON (times in UTC)', cell: ({ reason }) => spoken(reason) },
  ]);
