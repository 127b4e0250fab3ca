import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { App, AppStatus } from '../../domain/app.ts';
import type { AppSpec } from '../../domain/app-spec.ts';
import { appSpec } from '../../domain/app-spec.ts';
import { InvalidError } from '../../domain/errors.ts';
import { sentence } from '../../domain/plain-text.ts';
import { type Release, releaseRecord } from '../../domain/release.ts';
import type { AppChange } from '../../ports/cluster.ts';
import { LAST_RELEASE, metadataOf } from './objects.ts';

export const appResource = { group: 'cite.dev', version: 'v1alpha1', plural: 'apps' } as const;

/** An `apps.cite.dev` as the API server answers with it; its spec is untrusted until it was parsed. */
export interface AppObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: Partial<AppStatus>;
}

/** The value of an annotation that holds a Release; undefined: it holds none. */
export function parseRelease(text: string): Release | undefined {
  try {
    return releaseRecord.safeParse(JSON.parse(text)).data as Release | undefined;
  } catch {
    return undefined;
  }
}

export const statusOf = ({ status }: AppObject): AppStatus => ({ conditions: [], ...status });

export const isDeleting = ({ metadata }: AppObject) => metadata?.deletionTimestamp !== undefined;

/** Throws InvalidError for an App that somebody wrote past the CRD, or whose counter was tampered with. */
export function toApp(object: AppObject): App {
  const { name, namespace, uid, resourceVersion, createdAt, annotations } = metadataOf(object as object);
  const spec = appSpec.safeParse(object.spec);
  if (!spec.success)
    throw new InvalidError(
      'spec',
      sentence(z.prettifyError(spec.error)),
      `Correct the App ${namespace}/${name}.`,
    );
  const counter = annotations[LAST_RELEASE];
  const lastRelease = counter === undefined ? undefined : parseRelease(counter);
  // A counter that cannot be read is not one that never counted: numbers would be given twice.
  if (counter !== undefined && !lastRelease)
    throw new InvalidError(
      `metadata.annotations[${LAST_RELEASE}]`,
      'it holds no release',
      'Restore the counter.',
    );
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    generation: object.metadata?.generation ?? 1,
    spec: spec.data,
    ...(lastRelease ? { lastRelease } : {}),
    status: statusOf(object),
    deleting: isDeleting(object),
    finalizers: object.metadata?.finalizers ?? [],
    createdAt,
  };
}

/** The merge patch for a change; it fails where the App is no longer as it was read. */
export function appPatch(app: App, change: AppChange): object {
  const { spec, lastRelease, finalizers } = change;
  return {
    metadata: {
      resourceVersion: app.resourceVersion,
      ...(lastRelease ? { annotations: { [LAST_RELEASE]: JSON.stringify(lastRelease) } } : {}),
      ...(finalizers ? { finalizers } : {}),
    },
    spec: difference(app.spec, changedSpec(app.spec, spec, change)),
  };
}

function changedSpec(old: AppSpec, spec: AppSpec = old, change: AppChange): AppSpec {
  const { hold: _hold, redeploy: _redeploy, ...rest } = spec;
  const hold = change.hold === undefined ? old.hold : change.hold;
  const redeploy = change.redeploy === undefined ? old.redeploy : change.redeploy;
  return { ...rest, ...(hold ? { hold } : {}), ...(redeploy ? { redeploy } : {}) };
}

/** The merge patch (RFC 7386) that turns one object into the other. */
function difference(from: object, to: object): object {
  const before = new Map<string, unknown>(Object.entries(from));
  const after = new Map<string, unknown>(Object.entries(to));
  const patch: [string, unknown][] = [];
  for (const key of before.keys()) if (after.get(key) === undefined) patch.push([key, null]);
  for (const [key, value] of after) {
    const old = before.get(key);
    if (value === undefined || isDeepStrictEqual(old, value)) continue;
    patch.push([key, isMap(old) && isMap(value) ? difference(old, value) : value]);
  }
  return Object.fromEntries(patch);
}

const isMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
