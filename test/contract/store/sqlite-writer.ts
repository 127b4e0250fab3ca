import { sqliteStore } from '../../../scripts/local/store/store.ts';
import { ConflictError } from '../../../shared/domain/errors.ts';
import { aChange, aDelivery, commitFrom, START } from './fixtures.ts';

/**
 * A process that shares the file with others of its kind: adds its own deliveries, and counts up the revision of one
 * Change together with them. Arguments: file, name, how many of each.
 */
const [file = '', name = '', count = '0'] = process.argv.slice(2);
const store = sqliteStore({ file, clock: () => new Date(START) });
const mine = aChange(name, { commit: commitFrom('c') });
let { change } = await store.openChange(mine);
for (let i = 0; i < Number(count); ) {
  await store.recordDelivery(aDelivery(`${name}:${i}`));
  try {
    change = await store.saveChange({ ...change, reason: `${name} ${i}` });
    i++;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    change = (await store.getChange(change.id)) ?? change;
  }
}
await store.close();
