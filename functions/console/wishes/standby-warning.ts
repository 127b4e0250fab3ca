import type { Change } from '../../../shared/domain/change.ts';
import type { Needs } from '../needs.ts';
import { ago } from '../shown-time.ts';

/** For a person who goes back to a standby that broke: readiness decides, but they need not wait for it to learn why. */
export async function standbyWarning(
  { store, clock }: Pick<Needs, 'store' | 'clock'>,
  { app, state }: Pick<Change, 'app' | 'state'>,
  release: number,
): Promise<string | undefined> {
  // Pods that are started anew have not been checked.
  if (state === 'starting') return undefined;
  // The wish is carried out already: a store that is away leaves out the warning, no more.
  const check = await store.getStandbyCheck(app.uid, release).catch(() => undefined);
  if (check?.fault === undefined) return undefined;
  return (
    `r${release} would not have taken over when it was checked ${ago(check.at, clock())} ago: ${check.fault}. ` +
    'It becomes live once all its pods are ready; until then what is live stays.'
  );
}
