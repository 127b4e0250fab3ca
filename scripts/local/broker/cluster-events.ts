import { CloudEvent } from 'cloudevents';
import { type StoredEvent, storedEvent } from './event.ts';
import type { ApiServerSourceManifest, LabelSelector } from './schema.ts';

/** One write to one object, as the one-machine cluster tells it. */
export interface ClusterChange {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly verb: 'add' | 'update' | 'delete';
  readonly labels: Readonly<Record<string, string>>;
  readonly resourceVersion: string;
}

/** Type, attributes and data as ApiServerSource gives them (knative.md 1.2); of the object itself its metadata alone. */
export function clusterEvents(
  sources: readonly ApiServerSourceManifest[],
  change: ClusterChange,
  id: string,
  time: Date,
): StoredEvent[] {
  return sources.flatMap((source) =>
    source.spec.resources
      .filter(({ kind, selector }) => kind === change.kind && selects(selector, change.labels))
      .map(({ apiVersion }) => clusterEvent(source.spec, apiVersion, change, id, time)),
  );
}

function clusterEvent(
  { mode, ceOverrides }: ApiServerSourceManifest['spec'],
  apiVersion: string,
  change: ClusterChange,
  id: string,
  time: Date,
): StoredEvent {
  const { kind, namespace, uid, verb, labels, resourceVersion } = change;
  const name = nameOnCluster(change);
  const reference = { apiVersion, kind, namespace, name };
  const object = { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion, labels } };
  return storedEvent(
    new CloudEvent<unknown>({
      id,
      time: time.toISOString(),
      type: `dev.knative.apiserver.${mode === 'Reference' ? 'ref' : 'resource'}.${verb}`,
      source: '/cluster',
      subject: `/apis/${apiVersion}/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`,
      datacontenttype: 'application/json',
      apiversion: apiVersion,
      kind,
      namespace,
      name,
      ...ceOverrides?.extensions,
      data: mode === 'Reference' ? reference : object,
    }),
  );
}

/** A build's Job is named for its key there, with a letter before it, as a name must begin with one. */
function nameOnCluster({ kind, name, labels }: ClusterChange): string {
  const key = labels['cite.dev/build'];
  return kind === 'Job' && key !== undefined ? `b-${key}` : name;
}

/** Kubernetes' label selector: all of it must match, an empty one selects everything. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const value = (key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(selector.matchLabels).every(([key, wanted]) => value(key) === wanted) &&
    selector.matchExpressions.every(({ key, operator, values }) => {
      const given = value(key);
      if (operator === 'Exists') return given !== undefined;
      if (operator === 'DoesNotExist') return given === undefined;
      const listed = given !== undefined && values.includes(given);
      return operator === 'In' ? listed : !listed;
    })
  );
}
