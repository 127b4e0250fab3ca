import { InvalidArgumentError } from 'commander';
import { PULL_SECRET } from '../../shared/domain/naming.ts';
import { confirmed } from '../cli/confirm.ts';
import { Failure } from '../cli/failure.ts';
import { oneLine } from '../cli/text.ts';
import { type Api, openApi } from '../cluster/api.ts';
import { clusterCommand, runProgram } from '../cluster/program.ts';
import { type AppObject, appName, listApps } from './app-object.ts';
import { backupName, writeBackup } from './backup.ts';
import { deleteApps } from './delete-apps.ts';
import { findLeftovers, pullSecrets, removeLeftovers } from './leftovers.ts';
import { findPlatform, isEmpty, removePlatform } from './platform-objects.ts';
import { silence } from './silence.ts';
import { unregister } from './unregister.ts';

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly apps?: boolean;
  readonly yes?: boolean;
  readonly backup?: string;
  readonly timeout: number;
}

const say = (line: string) => console.log(oneLine(line));

async function uninstall(api: Api, options: Options): Promise<void> {
  const apps = await listApps(api);
  const leftovers = await findLeftovers(api);
  if (isEmpty(await findPlatform(api)) && !(options.apps && leftovers.length > 0)) {
    say(
      `Nothing of the platform is here${leftovers.length > 0 ? ': what runs Apps stays, --apps removes it' : ''}.`,
    );
    return;
  }
  console.log(`${plan(apps, options)}\n`);
  if (!options.yes && !(await confirmed(`Uninstall it from ${api.server}?`)))
    throw new Failure('nothing was done');
  backUp(apps, options.backup);
  if (options.apps) await deleteApps(api, options.timeout * 1000, say);
  await silence(api, say);
  await unregister(api, options.apps ? 'Background' : 'Orphan', say);
  if (options.apps) await removeLeftovers(api, say);
  await removePlatform(api, say);
  say(await farewell(api, options));
}

/** Apps that are registered again take them over. */
const AT_CODE_HOST =
  "Webhooks and collaborators at the code host stay: remove them in each repository's settings. --apps removes them.";

/** What is about to happen, for the question whether it may. */
function plan(apps: readonly AppObject[], options: Options): string {
  const named = apps.length > 0 ? apps.map(appName).join(', ') : 'none';
  const fate = options.apps
    ? 'deleted, with their pods, Services, URLs and webhooks'
    : 'left running and reachable as they are, without the platform: no push is deployed any more';
  return [
    `Apps (${oneLine(named)}): ${fate}.`,
    'The platform: removed, with its functions, rights, the type apps.cite.dev, the Namespaces cite-system and',
    'cite-builds, and what is in them: history, build logs, the Secret cite.',
    'The Namespaces of the Apps stay, with what else is in them.',
    ...(options.apps ? [] : [AT_CODE_HOST]),
  ].join('\n');
}

function backUp(apps: readonly AppObject[], named: string | undefined): void {
  if (apps.length === 0) return;
  const file = named ?? backupName(new Date());
  writeBackup(file, apps);
  say(
    `${apps.length} Apps are written to ${file}: after a new installation, kubectl apply -f ${file} registers them again`,
  );
}

async function farewell(api: Api, { apps }: Options): Promise<string> {
  const kept = apps ? [] : await pullSecrets(api);
  const secrets = kept.map(({ namespace }) => namespace).join(', ');
  return `The platform is uninstalled.${kept.length > 0 ? ` The Secret ${PULL_SECRET} stays in ${secrets}: pods that are moved to another node pull their image with it.` : ''}`;
}

function seconds(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('It must be a number of seconds.');
  return Number(text);
}

const program = clusterCommand('uninstall')
  .description('Removes the platform from a cluster. Apps keep running unless --apps is given.')
  .option('--apps', 'delete all Apps first, with what runs them')
  .option('--backup <file>', 'where the Apps are written before (default: cite-apps-<time>.yaml)')
  .option('--timeout <seconds>', 'how long --apps waits for the Apps to go', seconds, 300)
  .option('--yes', 'do not ask')
  .action(async (options: Options) => {
    const api = openApi(options);
    console.log(`API server: ${api.target}\n`);
    await uninstall(api, options);
  });

await runProgram('uninstall', program);
