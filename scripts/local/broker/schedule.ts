import { randomUUID } from 'node:crypto';
import { CloudEvent } from 'cloudevents';
import { Cron } from 'croner';
import { type StoredEvent, storedEvent } from './event.ts';
import { ManifestError } from './manifests.ts';
import type { PingSourceManifest } from './schema.ts';

export interface Schedule {
  start(): void;
  stop(): void;
}

/**
 * Knative's PingSources on one machine. Each is due once at the start as well: a machine that was off has missed its
 * ticks. Throws ManifestError for a schedule or time zone that is none.
 */
export function schedule(
  sources: readonly PingSourceManifest[],
  publish: (event: StoredEvent) => void,
  clock: () => Date,
): Schedule {
  const jobs = sources.map((source) => {
    const tick = () => publish(pingEvent(source, clock()));
    const { schedule: pattern, timezone } = source.spec;
    try {
      // Five fields, as Knative has it: croner would take seconds too.
      const job = new Cron(
        pattern,
        { paused: true, mode: '5-part', unref: true, ...(timezone && { timezone }) },
        tick,
      );
      job.nextRun(); // Here an unknown time zone shows.
      return { tick, job };
    } catch (cause) {
      throw new ManifestError(`PingSource ${source.metadata.name}: ${(cause as Error).message}`, { cause });
    }
  });
  return {
    start() {
      for (const { tick, job } of jobs) {
        tick();
        job.resume();
      }
    },
    stop() {
      for (const { job } of jobs) job.stop();
    },
  };
}

function pingEvent({ metadata, spec }: PingSourceManifest, time: Date): StoredEvent {
  return storedEvent(
    new CloudEvent<unknown>({
      id: randomUUID(),
      type: 'dev.knative.sources.ping',
      source: `/apis/v1/namespaces/${metadata.namespace}/pingsources/${metadata.name}`,
      time: time.toISOString(),
      datacontenttype: 'application/json',
      data: spec.data === undefined ? {} : JSON.parse(spec.data),
    }),
  );
}
