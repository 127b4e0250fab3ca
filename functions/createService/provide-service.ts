import type { App } from '../../shared/domain/app.ts';
import { DeniedError, InvalidError } from '../../shared/domain/errors.ts';
import type { Needs } from './needs.ts';
import type { NewCondition } from './write-conditions.ts';

/** The App's Service, born selecting nothing. Somebody else's of the name is left alone, and said to be in the way. */
export async function provideService({ cluster }: Needs, app: App): Promise<NewCondition> {
  const type = 'ServiceReady';
  try {
    if (await cluster.foreignService(app)) {
      const message = `Service ${app.name} is there and not Cite's: delete it, or register the App under another name.`;
      return { type, status: 'False', reason: 'ForeignService', message };
    }
    await cluster.ensureService(app);
  } catch (err) {
    if (err instanceof InvalidError)
      return { type, status: 'False', reason: 'Refused', message: err.message };
    if (!(err instanceof DeniedError)) throw err;
    return { type, status: 'False', reason: 'Denied', message: `${err.message} It goes on by itself.` };
  }
  return { type, status: 'True', reason: 'Provided', message: `Service ${app.name} is the App's.` };
}
