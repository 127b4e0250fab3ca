import type { App } from '../domain/app.ts';
import { InvalidError, RetryableError } from '../domain/errors.ts';
import type { AppEvent } from '../ports/cluster.ts';
import type { Ports } from './ports.ts';

/**
 * Says to the App's people what was found and what is done about it, where `kubectl describe app` shows it: once per
 * occurrence, by the id. What is put right does not wait for it: where the cluster takes no Event, the log has it.
 */
export async function tellApp(
  { cluster, clock, log }: Pick<Ports, 'cluster' | 'clock' | 'log'>,
  app: Pick<App, 'namespace' | 'name' | 'uid'>,
  event: Omit<AppEvent, 'at'>,
): Promise<void> {
  const { namespace, name, uid } = app;
  log.warn({ app: `${namespace}/${name}`, reason: event.reason }, event.message);
  try {
    await cluster.recordEvent({ namespace, name, uid }, { ...event, at: clock() });
  } catch (err) {
    if (!(err instanceof InvalidError || err instanceof RetryableError)) throw err;
    log.warn({ err, app: `${namespace}/${name}` }, 'the cluster does not record the Event');
  }
}
