import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Needs } from './needs.ts';
import { connected, sayWhatWasRestored } from './say-restored.ts';
import type { NewCondition } from './write-conditions.ts';

/** What Cite listens to. */
const EVENTS = ['push', 'create', 'delete', 'status'];

interface SourceConnection {
  readonly condition: NewCondition;
  /** What has to be tried again, once all that does not need the code host is done. */
  readonly missed?: RetryableError;
}

/** Webhook and collaborator. Without the right to make them Apps still follow their branch, by resync: it is said. */
export async function connectSource(ports: Needs, app: App, log: Logger): Promise<SourceConnection> {
  const { codeHost, config } = ports;
  const type = 'SourceConnected';
  const { repository } = app.spec;
  let isHooked = false;
  try {
    const faults = await codeHost.ensureWebhook(repository, {
      url: config.WEBHOOK_URL,
      secret: config.WEBHOOK_SECRET,
      events: EVENTS,
    });
    isHooked = true;
    await sayWhatWasRestored(ports, repository, faults);
    if (config.DEPLOY_BOT !== undefined) await codeHost.ensureCollaborator(repository, config.DEPLOY_BOT);
    return { condition: { type, status: 'True', reason: 'Connected', message: connected(repository) } };
  } catch (err) {
    if (!(err instanceof InvalidError || err instanceof RetryableError)) throw err;
    log.warn({ err, repository }, 'source not connected');
    if (err instanceof RetryableError && !(err instanceof DeniedError)) {
      const message = `${err.message}. It is tried again; what is live does not wait for it.`;
      return { condition: { type, status: 'Unknown', reason: 'Unreachable', message }, missed: err };
    }
    const message = `${err.message}${meanwhile(err, isHooked)}`;
    return { condition: { type, status: 'False', reason: 'NotConnected', message } };
  }
}

/** Without a webhook resync finds the pushes; not with a token that may do nothing at all. */
function meanwhile(err: InvalidError | DeniedError, isHooked: boolean): string {
  if (err instanceof DeniedError && err.right === undefined) return ' It goes on by itself.';
  return isHooked
    ? ''
    : " Until then pushes are found in the App's turn: every 5 minutes, with 50 Apps or fewer.";
}
