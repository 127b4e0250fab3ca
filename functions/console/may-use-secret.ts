import type { App } from '../../shared/domain/app.ts';
import type { AppSpec } from '../../shared/domain/app-spec.ts';
import { includes } from '../../shared/domain/right.ts';
import { echo } from './echo.ts';
import type { Needs } from './needs.ts';
import { refusal } from './problem.ts';
import type { Rights } from './rights.ts';

/** Secrets that a spec names: their content gets to the App's pods, or is where it is told of. */
export const secretsOf = ({ secret, notifications = [] }: Pick<AppSpec, 'secret' | 'notifications'>) => [
  ...(secret === undefined ? [] : [secret]),
  ...notifications.map((one) => one.secret),
];

/**
 * A Secret is of the Apps that use it: who may not write to all their repositories neither replaces it nor gives its content to
 * another App. Throws the refusal. One that none uses is of all who deploy in the Namespace: that is as far as it is shared.
 */
export async function requireMayUseSecret(
  { cluster }: Pick<Needs, 'cluster'>,
  rights: Rights,
  namespace: string,
  secret: string,
): Promise<void> {
  if (rights.isAdmin) return;
  const users = (await cluster.listApps()).filter(
    (app) => app.namespace === namespace && secretsOf(app.spec).includes(secret),
  );
  if ((await writable(rights, users)) === users.length) return;
  throw refusal(
    403,
    `The Secret ${echo(secret)} is of Apps in ${echo(namespace)} to whose repositories you cannot push.`,
  );
}

/** The same for who would write it, and says of no App for which: they deploy in that Namespace. */
export async function requireMayWriteSecret(
  ports: Pick<Needs, 'cluster'>,
  rights: Rights,
  namespace: string,
  secret: string,
): Promise<void> {
  if (rights.isAdmin) return;
  const apps = (await ports.cluster.listApps()).filter((app) => app.namespace === namespace);
  if ((await writable(rights, apps)) === 0)
    throw refusal(403, `You deploy nothing in the Namespace ${echo(namespace)}: its Secrets are not yours.`);
  await requireMayUseSecret(ports, rights, namespace, secret);
}

/** How many of the Apps are of repositories that they may write to. */
async function writable(rights: Rights, apps: readonly App[]): Promise<number> {
  // All of them in one question.
  await rights.among(apps, ({ spec }) => spec.repository);
  let may = 0;
  for (const { spec } of apps) if (includes(await rights.on(spec.repository), 'write')) may++;
  return may;
}
