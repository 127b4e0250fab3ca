import type { CoreV1Event } from '@kubernetes/client-node';
import type { AppRef } from '../../domain/app.ts';
import type { Warning } from '../../domain/workload.ts';

/** What a name of one of an App's objects may look like, by kind: the rest of a name is the cluster's own. */
const SHAPES: Readonly<Record<string, string>> = {
  App: '',
  Deployment: '-r([1-9]\\d*)',
  ReplicaSet: '-r([1-9]\\d*)-[a-z0-9]+',
  Pod: '-r([1-9]\\d*)-[a-z0-9]+-[a-z0-9]+',
};

/** Undefined: it is about nothing of the App, such as an App whose name begins alike. */
export function toWarning(event: CoreV1Event, app: AppRef): Warning | undefined {
  const { kind = '', name = '' } = event.involvedObject;
  const shape = SHAPES[kind];
  // Names of Apps hold nothing that a pattern would read as more than itself.
  const found = shape === undefined ? null : new RegExp(`^${app.name}${shape}$`).exec(name);
  if (!found) return undefined;
  const release = found[1] === undefined ? {} : { release: Number(found[1]) };
  const { series, count, reason = '', message = '' } = event;
  return {
    object: `${kind} ${name}`,
    ...release,
    reason,
    message,
    count: series?.count ?? count ?? 1,
    at: lastAt(event),
  };
}

/** Who repeats an event writes a time of one kind or of the other. */
function lastAt({ series, lastTimestamp, eventTime, firstTimestamp, metadata }: CoreV1Event): Date {
  const at = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp;
  return new Date(at ?? metadata.creationTimestamp ?? 0);
}
