import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Needs } from './needs.ts';
import type { NewCondition } from './write-conditions.ts';

/** What Cite listens to. */
const EVENTS = ['push', 'create', 'delete', 'status'];

interface SourceConnection {
  readonly condition: NewCondition;
  /** What has to be tried again, once all that does not need the code host is done. */
  readonly missed?: RetryableError;
}

/** Webhook and collaborator. Without the right to make them Apps still follow their branch, by resync: it is said. */
export async function connectSource(
  { codeHost, config }: Needs,
  app: App,
  log: Logger,
): Promise<SourceConnection> {
  const type = 'SourceConnected';
  const { repository } = app.spec;
  try {
    await codeHost.ensureWebhook(repository, {
      url: config.WEBHOOK_URL,
      secret: config.WEBHOOK_SECRET,
      events: EVENTS,
    });
    if (config.DEPLOY_BOT !== undefined) await codeHost.ensureCollaborator(repository, config.DEPLOY_BOT);
    const message = `${repository} tells of its pushes.`;
    return { condition: { type, status: 'True', reason: 'Connected', message } };
  } catch (err) {
    if (!(err instanceof InvalidError || err instanceof RetryableError)) throw err;
    log.warn({ err, repository }, 'source not connected');
    if (err instanceof RetryableError && !(err instanceof DeniedError)) {
      const message = `${err.message}. It is tried again; what is live does not wait for it.`;
      return { condition: { type, status: 'Unknown', reason: 'Unreachable', message }, missed: err };
    }
    const message = `${err.message} Until then pushes are found every 5 minutes.`;
    return { condition: { type, status: 'False', reason: 'NotConnected', message } };
  }
}
