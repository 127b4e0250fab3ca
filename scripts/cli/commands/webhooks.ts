import type { Command } from 'commander';
import type { DeliveriesView } from '../../../functions/console/routes/webhooks.ts';
import { path } from '../client.ts';
import { usage } from '../failure.ts';
import { sessionOf } from '../session.ts';
import { table } from '../table.ts';
import { ago } from '../text.ts';

export function webhooksCommands(program: Command): void {
  program
    .command('webhooks')
    .argument('<owner/repo>', 'repository that an App follows')
    .description('what GitHub sent to the webhook of a repository, and how it was answered')
    .action(async (repository: string, _options, command) => {
      const { api, print } = sessionOf(command);
      const [owner, name, ...rest] = repository.split('/');
      if (!owner || !name || rest.length > 0) throw usage(command, 'Give the repository as <owner>/<name>.');
      const answer = await api.call<DeliveriesView>('GET', path`/api/webhooks/${owner}/${name}/deliveries`);
      print(answer, () =>
        answer.deliveries.length > 0 ? list(answer) : 'Nothing in 3 days, or there is no webhook.',
      );
    });
}

const list = ({ deliveries }: DeliveriesView) =>
  table(deliveries, [
    { title: 'SENT', cell: ({ at }) => `${ago(at)} ago` },
    { title: 'EVENT', cell: ({ event }) => event },
    { title: 'ANSWER', cell: ({ answer }) => (answer === 0 ? 'none' : `${answer}`) },
    { title: 'DELIVERED', cell: ({ delivered }) => (delivered ? 'yes' : 'no') },
    { title: 'BECAME', cell: ({ became }) => became },
  ]);
