import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { AppSummary, AppView } from '../../../functions/console/views/app.ts';
import { appArgument, countArgument, listArgument, pairArgument } from '../arguments.ts';
import { path, query } from '../client.ts';
import { Failure } from '../failure.ts';
import { sessionOf } from '../session.ts';
import { table } from '../table.ts';
import { paintState, shortCommit } from '../text.ts';
import { appStory } from '../words.ts';

interface Settings {
  readonly branch?: string;
  readonly port?: number;
  readonly replicas?: number;
  readonly env?: Record<string, string>;
  readonly secret?: string;
  readonly builder?: string;
  readonly context?: string;
  readonly buildCommand?: string;
  readonly output?: string;
  readonly check?: string[];
  readonly image?: string;
  readonly ready?: string;
  readonly spec?: string;
}

export function appsCommands(program: Command): void {
  const apps = program.command('apps').description('register Apps and look at them');

  withSettings(apps.command('create').argument('<owner/repo>'))
    .description('register an App: the head of its branch is deployed at once, then every push')
    .option('--namespace <namespace>', 'default: the owner')
    .option('--name <name>', 'default: proposed from repository and branch')
    .action(
      async (repository: string, options: Settings & { namespace?: string; name?: string }, command) => {
        const { api, print } = sessionOf(command);
        const { namespace, name } = options;
        const body = { repository, namespace, name, ...(await specOf(options)) };
        const app = await api.call<AppView>('POST', '/api/apps', body);
        print(app, () => appStory(app));
      },
    );

  withSettings(apps.command('set').argument('<app>'))
    .description('change settings; what enters the pods becomes a new release')
    .action(async (text: string, options: Settings, command) => {
      const session = sessionOf(command);
      const { namespace, name } = await appArgument(session, text);
      const patch = await specOf(options);
      const app = await session.api.call<AppView>('PATCH', path`/api/apps/${namespace}/${name}`, patch);
      session.print(app, () => appStory(app));
    });

  apps
    .command('list')
    .description('all Apps')
    .option('--namespace <namespace>')
    .option('--repository <owner/repo>')
    .action(async (options: { namespace?: string; repository?: string }, command) => {
      const { api, print } = sessionOf(command);
      const answer = await api.call<{ apps: AppSummary[] }>('GET', `/api/apps${query({ ...options })}`);
      print(answer, () =>
        answer.apps.length > 0 ? list(answer.apps) : 'No Apps. cite apps create <owner/repo> makes one.',
      );
    });

  apps
    .command('show')
    .argument('<app>')
    .description('one App: what is live, what stands by, what is on its way')
    .action(async (text: string, _options, command) => {
      const session = sessionOf(command);
      const { namespace, name } = await appArgument(session, text);
      const app = await session.api.call<AppView>('GET', path`/api/apps/${namespace}/${name}`);
      session.print(app, () => appStory(app));
    });

  apps
    .command('delete')
    .argument('<app>')
    .description('delete an App and all that was made for it')
    .action(async (text: string, _options, command) => {
      const session = sessionOf(command);
      const { namespace, name } = await appArgument(session, text);
      const answer = await session.api.call<{ message: string }>(
        'DELETE',
        path`/api/apps/${namespace}/${name}`,
      );
      session.print(answer, () => answer.message);
    });
}

function withSettings(command: Command): Command {
  return command
    .option('--branch <branch>', 'default: the default branch')
    .option('--port <port>', 'port that the app listens on (8080)', countArgument)
    .option('--replicas <pods>', 'pods per release (1)', countArgument)
    .option('--env <KEY=VALUE>', 'environment of the pods; may be given again', pairArgument)
    .option('--secret <name>', 'Secret of the namespace whose keys become environment')
    .option('--builder <builder>', 'auto, node, static or dockerfile')
    .option('--context <folder>', 'folder of the repository that is built')
    .option('--build-command <command>', 'replaces the build script of package.json')
    .option('--output <folder>', 'folder that a static site is served from')
    .option('--check <context>', 'commit status that must be green; may be given again', listArgument)
    .option('--image <template>', 'image of an external CI: registry/team/app:{sha}')
    .option('--ready <path>', 'a pod is ready when GET of this path answers well (default: TCP)')
    .option('--spec <file>', 'JSON with any other settings, as /openapi.json describes them');
}

/** The settings that were given, as the API names them; undefined ones do not get into JSON. */
async function specOf(given: Settings): Promise<Record<string, unknown>> {
  const { branch, port, replicas, env, secret, builder, context, buildCommand, output, check, image, ready } =
    given;
  const build = { builder, context, command: buildCommand, output };
  const isBuild = Object.values(build).some((value) => value !== undefined);
  return {
    ...(given.spec === undefined ? {} : await readSpec(given.spec)),
    ...defined({ branch, port, replicas, env, secret, image, checks: check }),
    ...(isBuild ? { build } : {}),
    ...(ready === undefined ? {} : { readiness: { http: { path: ready } } }),
  };
}

const defined = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

async function readSpec(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Failure(`${file} cannot be used: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

const list = (apps: readonly AppSummary[]) =>
  table(apps, [
    { title: 'APP', cell: (app) => `${app.namespace}/${app.name}` },
    { title: 'LIVE', cell: ({ status }) => status.live ?? '-' },
    { title: 'COMMIT', cell: ({ status }) => shortCommit(status.commit ?? '-') },
    {
      title: 'STATE',
      cell: ({ deleting, hold, status }) =>
        deleting ? 'being deleted' : hold ? `held by ${hold.by}` : (status.state ?? 'new'),
      paint: paintState,
    },
    { title: 'SOURCE', cell: (app) => `${app.repository}#${app.branch}` },
    { title: 'URL', cell: ({ status }) => status.url ?? '-' },
  ]);
