import type { CloudEvent } from 'cloudevents';
import { ownEvent, parseClusterEvent, parseOwnEvent } from '../../shared/domain/events.ts';
import { buildLogId } from '../../shared/domain/log.ts';
import type { BuildJob } from '../../shared/ports/cluster.ts';
import { abandonBuild } from '../../shared/runtime/abandon-build.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import type { Ports } from '../../shared/runtime/ports.ts';
import { readLog } from '../../shared/runtime/read-log.ts';
import { buildingReason, decide } from './decide.ts';

type Needs = Pick<Ports, 'store' | 'cluster' | 'events' | 'clock' | 'log'>;

/** A Job that ended: its log is kept, its result recorded, and everybody who waits for it told. One that is stuck says why. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      const key = buildOf(event);
      if (key === undefined) return;
      const build = await ports.store.getBuild(key);
      const job = await ports.cluster.getBuildJob(key);
      const finished = build?.state === 'running' && job !== undefined && job.phase !== 'running';
      const text = finished ? await readLog(ports.cluster.buildJobLog(key, {})) : '';
      const [awaiting] = await ports.store.listChanges({ build: key, open: true, limit: 1 });
      const decision = decide(build, job, text, awaiting !== undefined, ports.clock());
      if (decision.action === 'nothing') {
        if (job?.phase === 'running') await sayHowItRuns(ports, job);
        return log.debug({ build: key, reason: decision.reason }, 'nothing to do');
      }
      if (decision.action === 'abandon') {
        log.info({ build: key }, 'abandoned: no Change waits for it any longer');
        return abandonBuild(ports, key);
      }
      if (decision.action === 'record') {
        if (finished) await ports.store.saveLog(buildLogId(key), text);
        await ports.store.saveBuild(decision.build);
        log.info(
          { build: key, state: decision.build.state, reason: decision.build.reason },
          'build finished',
        );
      }
      await ports.events.emit(ownEvent('dev.cite.build.finished', { build: key }));
    },
);

async function sayHowItRuns(ports: Needs, job: BuildJob): Promise<void> {
  for (const change of await ports.store.listChanges({ build: job.key, open: true })) {
    if (change.state !== 'building') continue;
    await ledger(ports).advance(change, { state: 'building', reason: buildingReason(change, job) });
  }
}

function buildOf(event: CloudEvent<unknown>): string | undefined {
  if (event.type === 'dev.cite.build.found') return parseOwnEvent('dev.cite.build.found', event.data).build;
  return parseClusterEvent(event)?.labels['cite.dev/build'];
}
