import type { App } from '../../shared/domain/app.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { Needs } from './needs.ts';
import type { NewCondition } from './write-conditions.ts';

/** What Cite listens to. */
const EVENTS = ['push', 'create', 'delete', 'status'];

/** Webhook and collaborator. Without the right to make them Apps still follow their branch, by resync: it is said. */
export async function connectSource(
  { codeHost, config }: Needs,
  app: App,
  log: Logger,
): Promise<NewCondition> {
  const type = 'SourceConnected';
  const { repository } = app.spec;
  try {
    await codeHost.ensureWebhook(repository, {
      url: config.WEBHOOK_URL,
      secret: config.WEBHOOK_SECRET,
      events: EVENTS,
    });
    if (config.DEPLOY_BOT !== undefined) await codeHost.ensureCollaborator(repository, config.DEPLOY_BOT);
    return { type, status: 'True', reason: 'Connected', message: `${repository} tells of its pushes.` };
  } catch (err) {
    if (!(err instanceof InvalidError)) throw err;
    log.warn({ err, repository }, 'source not connected');
    const message = `${err.message} Until then pushes are found every 5 minutes.`;
    return { type, status: 'False', reason: 'NotConnected', message };
  }
}
