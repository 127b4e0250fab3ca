import type { App } from '../../shared/domain/app.ts';
import { buildKey } from '../../shared/domain/build.ts';
import type { Change } from '../../shared/domain/change.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import { appOfChange } from '../../shared/runtime/app-of-change.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import { requireAccepted } from '../../shared/runtime/require-accepted.ts';
import { sayingWhyItWaits } from '../../shared/runtime/saying-why-it-waits.ts';
import type { Needs } from './consider-commit.ts';
import { requestBuild } from './request-build.ts';

/** A Change that says it is building: sees to it that it is, whatever died before its Job was made, or took the Job away. */
export async function resumeBuild(ports: Needs, id: string): Promise<void> {
  const change = await ports.store.getChange(id);
  const key = change?.build;
  if (change?.state !== 'building' || key === undefined) return;
  const app = await appOfChange(ports, change);
  if (!app) return;
  try {
    await sayingWhyItWaits(ports, [change], async () => {
      await requireAccepted(ports, app);
      await resume(ports, app, change, key);
    });
  } catch (err) {
    if (!(err instanceof InvalidError)) throw err;
    await ledger(ports).conclude(change, { outcome: 'refused', why: err.message });
  }
}

async function resume(ports: Needs, app: App, change: Change, key: string): Promise<void> {
  const build = await ports.store.getBuild(key);
  if (buildKey(app.spec.repository, change.commit, app.spec.build) === key) {
    // Another App's cancel may have ended the build that this one waits for.
    return requestBuild(ports, app, change, build?.state === 'cancelled');
  }
  // What it asked for can no longer be built from the App: only a result that is there, or on its way, counts.
  if (build?.state === 'succeeded' || build?.state === 'failed') {
    return requestBuild(ports, app, change, false);
  }
  const job = await ports.cluster.getBuildJob(key);
  if (job?.phase === 'running') return;
  if (job && build?.state === 'running') {
    return ports.events.emit(ownEvent('dev.cite.build.found', { build: key }));
  }
  const why = 'the build settings have changed since, and its build is gone: push or retry';
  await ledger(ports).conclude(change, { outcome: 'failed', why });
}
