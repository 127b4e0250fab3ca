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
 * another App. One that none uses is of all who write to some repository of the Namespace: that is as far as it is
 * shared. Throws the refusal.
 */
export async function requireMayUseSecret(
  { cluster }: Pick<Needs, 'cluster'>,
  rights: Rights,
  namespace: string,
  secret: string,
): Promise<void> {
  if (rights.isAdmin) return;
  const apps = (await cluster.listApps()).filter((app) => app.namespace === namespace);
  const users = apps.filter(({ spec }) => secretsOf(spec).includes(secret));
  const asked = users.length > 0 ? users : apps;
  // All of them in one question.
  await rights.among(asked, ({ spec }) => spec.repository);
  let may = 0;
  for (const { spec } of asked) if (includes(await rights.on(spec.repository), 'write')) may++;
  if (users.length > 0 ? may === users.length : may > 0) return;
  throw refusal(
    403,
    `The Secret ${echo(secret)} is of Apps in ${echo(namespace)} to whose repositories you cannot push.`,
  );
}
