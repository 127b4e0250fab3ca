import type { Command } from 'commander';
import type { AppView, NewAppView } from '../../../functions/console/views/app.ts';
import type { AppSummary } from '../../../functions/console/views/summary.ts';
import { appArgument, appParameter, countArgument } from '../arguments.ts';
import { path, query } from '../client.ts';
import { confirmed } from '../confirm.ts';
import { Failure, usage } from '../failure.ts';
import { firstVerdict } from '../first-verdict.ts';
import { type Message, onApp } from '../on-app.ts';
import { sessionOf } from '../session.ts';
import { type Settings, specOf, withSettings } from '../settings.ts';
import { table } from '../table.ts';
import { oneLine, paintState, shortCommit } from '../text.ts';
import { appStory, changeStory } from '../words.ts';

export interface NewApp extends Settings {
  readonly namespace?: string;
  readonly name?: string;
  readonly wait?: boolean;
}

export function appsCommands(program: Command): void {
  const apps = program.command('apps').description('Apps: create, set, list, show, delete');

  forNewApp(apps.command('create').argument('<owner/repo>', 'repository on the code host'))
    .description('register an App: the head of its branch is deployed at once, then every push')
    .action(create);

  withSettings(apps.command('set').argument(...appParameter), 'change')
    .description('change settings; what is not named stays, what enters the pods becomes a new release')
    .action(async (text: string, options: Settings, command) =>
      onApp<AppView>(command, text, { method: 'PATCH', body: await specOf(options) }, appStory),
    );

  apps
    .command('list')
    .description('all Apps')
    .option('--namespace <namespace>', 'only those of a namespace')
    .option('--repository <owner/repo>', 'only those of a repository')
    .action(async (options: { namespace?: string; repository?: string }, command) => {
      const { api, print } = sessionOf(command);
      const answer = await api.call<{ apps: AppSummary[] }>('GET', `/api/apps${query({ ...options })}`);
      print(answer, () =>
        answer.apps.length > 0 ? list(answer.apps) : 'No Apps. cite apps create <owner/repo> makes one.',
      );
    });

  program
    .command('scale')
    .argument(...appParameter)
    .argument('<replicas>', 'pods of each release that runs', countArgument)
    .description('change how many pods it has, in place: no new release')
    .action((text: string, replicas: number, _options, command) =>
      onApp<AppView>(command, text, { method: 'PATCH', body: { replicas } }, appStory),
    );

  for (const [parent, description] of [
    [apps, 'one App: what is live, what stands by, what is on its way'],
    [program, 'as apps show'],
  ] as const) {
    parent
      .command('show')
      .argument(...appParameter)
      .description(description)
      .action((text: string, _options, command) =>
        onApp<AppView>(command, text, { method: 'GET' }, appStory),
      );
  }

  apps
    .command('delete')
    .argument(...appParameter)
    .option('--yes', 'do not ask')
    .description('delete an App and all that was made for it')
    .action(remove);
}

/** The options of a command that registers an App. */
export const forNewApp = (command: Command): Command =>
  withSettings(command, 'create')
    .option('--namespace <namespace>', 'where it runs (default: the owner)')
    .option('--name <name>', 'its name (default: proposed from repository and branch)')
    .option('--wait', 'wait until the head is live; exit 1 when it does not go live');

export async function create(repository: string, options: NewApp, command: Command): Promise<void> {
  const { api, by, json, print } = sessionOf(command);
  const { namespace, name } = options;
  const body = { repository, namespace, name, ...(await specOf(options)) };
  const app = await api.call<NewAppView>('POST', `/api/apps${query({ by })}`, body);
  const head = shortCommit(app.head);
  const next =
    app.spec.image === undefined ? 'is being built' : 'is deployed as soon as its checks are green';
  const told = `${appStory(app)}\nIts head ${head} ${next}: cite why ${head}`;
  if (!options.wait) return print(app, () => told);
  if (!json) console.log(told);
  const change = await firstVerdict(api, `${app.namespace}/${app.name}`);
  print({ app, change }, () => changeStory(change));
  if (change.verdict?.outcome !== 'deployed') process.exitCode = 1;
}

async function remove(text: string, { yes }: { yes?: boolean }, command: Command): Promise<void> {
  if (!yes && !process.stdin.isTTY) {
    throw usage(command, 'there is no terminal to ask on whether to delete it. Say so with --yes.');
  }
  const session = sessionOf(command);
  const { namespace, name } = await appArgument(session, text);
  const address = `${namespace}/${name}`;
  if (!yes) {
    // Asked about one that is there: a yes that then finds nothing would be for nothing.
    await session.api.call('GET', path`/api/apps/${namespace}/${name}`);
    if (!(await confirmed(`Delete ${oneLine(address)} and all that was made for it?`))) {
      throw new Failure(`${address} stays as it is.`);
    }
  }
  await onApp<Message>(command, address, { method: 'DELETE' }, ({ message }) => oneLine(message));
}

const list = (apps: readonly AppSummary[]) =>
  [
    table(apps, [
      { title: 'APP', cell: (app) => `${app.namespace}/${app.name}` },
      { title: 'LIVE', cell: ({ status }) => status.live ?? '-' },
      { title: 'COMMIT', cell: ({ status }) => shortCommit(status.commit || '-') },
      { title: 'STATE', cell: ({ status }) => status.state, paint: paintState },
      { title: 'SOURCE', cell: (app) => `${app.repository}#${app.branch}` },
      { title: 'URL', cell: ({ status }) => status.url || '-' },
    ]),
    ...apps.flatMap(({ namespace, name, failed }) =>
      failed === undefined
        ? []
        : [`${namespace}/${name}: cite why ${shortCommit(failed)} tells why its newest Change failed.`],
    ),
  ].join('\n');
