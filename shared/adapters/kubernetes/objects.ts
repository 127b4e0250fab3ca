import type { V1ObjectMeta } from '@kubernetes/client-node';
import { InvalidError } from '../../domain/errors.ts';

/** Labels and annotations of everything that Cite makes (DESIGN §3). */
const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const APP = 'cite.dev/app';
/** Which App of the name: one that was deleted and made again is another one. */
export const APP_UID = 'cite.dev/app-uid';
export const RELEASE = 'cite.dev/release';
export const BUILD = 'cite.dev/build';
export const OWNERS = 'cite.dev/owners';
export const DOMAINS = 'cite.dev/domains';
export const LAST_RELEASE = 'cite.dev/last-release';
export const RELEASE_RECORD = 'cite.dev/release-record';
export const STANDBY_SINCE = 'cite.dev/standby-since';
export const OUTCOME = 'cite.dev/outcome';
export const PINNED_BY = 'cite.dev/pinned-by';
export const EPOCH = 'cite.dev/epoch';
export const PREVIOUS = 'cite.dev/previous';
export const SWITCHED_AT = 'cite.dev/switched-at';

/** What a Service selects at birth: no Workload has this label. */
export const NO_RELEASE = 'none';

/** Name of the port and of the container that an App's process runs in. */
export const HTTP = 'http';
export const CONTAINER = 'app';

export const managed = { [MANAGED_BY]: 'cite' } as const;
export const managedSelector = `${MANAGED_BY}=cite`;

export const releaseLabel = (release: number) => `r${release}`;

/** Number in `r12`; undefined for anything else. */
export function releaseNumber(label: string | undefined): number | undefined {
  const digits = /^r([1-9]\d*)$/.exec(label ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export const isManaged = (object: { metadata?: V1ObjectMeta }) =>
  object.metadata?.labels?.[MANAGED_BY] === 'cite';

/**
 * Whether it may name an object: a DNS-1123 subdomain. What may not is asked of nobody: an empty name would turn a
 * read into a listing, `..` into a read of something else.
 */
export const isObjectName = (name: string) =>
  name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name);

/** Throws where `isObjectName` does not hold for one of them. */
export function checkNames(names: Readonly<Record<string, string>>): void {
  for (const [field, name] of Object.entries(names)) {
    if (isObjectName(name)) continue;
    throw new InvalidError(
      field,
      `${JSON.stringify(name.slice(0, 60))} cannot name an object`,
      'Use lower-case letters, digits, - and dots.',
    );
  }
}

/** What an object has for certain once the API server has answered with it. */
export function metadataOf(object: { metadata?: V1ObjectMeta }) {
  const { name, namespace, uid, resourceVersion, creationTimestamp, labels, annotations } =
    object.metadata ?? {};
  if (!name || !uid || !resourceVersion)
    throw new Error('the cluster answered with an object without metadata');
  return {
    name,
    namespace: namespace ?? '',
    uid,
    resourceVersion,
    createdAt: new Date(creationTimestamp ?? 0),
    labels: labels ?? {},
    annotations: annotations ?? {},
  };
}
