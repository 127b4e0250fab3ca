import type { App } from '../../shared/domain/app.ts';
import type { WebhookFault } from '../../shared/ports/code-host.ts';
import { tellApp } from '../../shared/runtime/tell-app.ts';
import type { Needs } from './needs.ts';

/** What an App whose webhook is there says. */
export const connected = (repository: string) => `${repository} tells of its pushes.`;

const words: Readonly<Record<WebhookFault, string>> = {
  'not there': 'was gone',
  inactive: 'was switched off',
  'other events': 'told of other events',
  'another content type': 'sent another content type',
  'no secret': 'had no secret',
  'TLS not verified': 'did not verify TLS',
  'more than one': 'was there more than once',
};

/**
 * Tells all Apps of the repository that had a webhook before: the first of them that comes to its turn restores it for
 * all. An App that never was connected gets its first one: nothing was wrong.
 */
export async function sayWhatWasRestored(
  ports: Needs,
  repository: string,
  faults: readonly WebhookFault[],
): Promise<void> {
  if (faults.length === 0) return;
  const what = faults.map((fault) => words[fault]).join(' and ');
  for (const app of (await ports.cluster.listApps()).filter((one) => isConnected(one, repository)))
    await tellApp(ports, app, {
      // Each time is one of its own: what is restored is no longer found.
      id: `webhook/${repository}/${ports.clock().toISOString()}`,
      type: 'Warning',
      reason: 'WebhookRestored',
      message: `The webhook of ${repository} ${what}: it is restored. Pushes meanwhile are found by themselves.`,
    });
}

const isConnected = ({ spec, status }: App, repository: string) =>
  spec.repository.toLowerCase() === repository.toLowerCase() &&
  status.conditions.some(
    ({ type, status: is, message }) =>
      type === 'SourceConnected' && is === 'True' && message === connected(spec.repository),
  );
