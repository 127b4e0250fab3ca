import { isDeepStrictEqual } from 'node:util';
import type { App, AppRef } from '../../../../shared/domain/app.ts';
import { type AppSpec, appSpec } from '../../../../shared/domain/app-spec.ts';
import { ConflictError, InvalidError } from '../../../../shared/domain/errors.ts';
import { isAppName } from '../../../../shared/domain/naming.ts';
import type { AppChange, Apps } from '../../../../shared/ports/cluster.ts';
import type { Bodies, Kind } from './kinds.ts';
import { appLabels, isManaged } from './labels.ts';
import { requireNamespace } from './names.ts';
import type { Objects, Stored } from './records.ts';

export function apps(records: Objects): Omit<Apps, 'readSecret' | 'writeSecret'> {
  const find = (ref: AppRef) => records.get('App', ref.namespace, ref.name);

  return {
    async getApp(ref) {
      const record = find(ref);
      return record && toApp(record);
    },
    async listApps(namespace) {
      return records.list('App', namespace === undefined ? {} : { namespace }).map(toApp);
    },
    async createApp({ namespace, name }, spec) {
      if (!isAppName(name))
        throw new InvalidError(
          'metadata.name',
          `${JSON.stringify(name)} is not a name of an App`,
          'Use at most 40 of a-z, 0-9 and -, beginning with a letter and not ending with -.',
        );
      const valid = validSpec(spec);
      return records.transaction(() => {
        requireNamespace(records, namespace);
        const body = {
          generation: 1,
          spec: valid,
          status: { conditions: [] },
          deleting: false,
          finalizers: [],
        };
        const made = records.insert('App', { namespace, name }, appLabels({ namespace, name }), body);
        if (!made) throw new InvalidError('metadata.name', 'is taken', 'Choose another name.');
        return toApp(made);
      });
    },
    async updateApp(app, change) {
      return records.transaction(() => {
        const ref = { kind: 'App' as const, namespace: app.namespace, name: app.name };
        records.expect(ref, app.resourceVersion);
        const record = find(app) as Stored<'App'>;
        return replace(records, record, changed(record.body, change));
      });
    },
    async setAppStatus(ref, status) {
      records.transaction(() => {
        const record = find(ref);
        if (record) records.update(record, { ...record.body, status: { ...record.body.status, ...status } });
      });
    },
    async appStatus(ref) {
      const body = find(ref)?.body;
      return body && { status: body.status, deleting: body.deleting };
    },
    async removeFinalizer(ref, name) {
      records.transaction(() => {
        const record = find(ref);
        if (!record?.body.finalizers.includes(name)) return;
        const finalizers = record.body.finalizers.filter((one) => one !== name);
        replace(records, record, { ...record.body, finalizers });
      });
    },
    /** A process that ends says why on its pod: nothing else is kept of it. */
    async listWarnings() {
      return [];
    },
    /** On one machine nobody reads them: console and command tell of every Change. */
    async recordEvent({ namespace }) {
      requireNamespace(records, namespace);
    },
    async deleteApp(ref) {
      records.transaction(() => {
        const record = find(ref);
        if (!record) return;
        if ((ref.uid ?? record.uid) !== record.uid)
          throw new ConflictError(`${ref.name} is another App by now`);
        if (record.body.finalizers.length === 0) removeApp(records, record);
        else records.update(record, { ...record.body, deleting: true });
      });
    },
  };
}

/** A deleted App goes with its last finalizer. */
function replace(records: Objects, record: Stored<'App'>, body: Bodies['App']): App {
  if (!body.deleting || body.finalizers.length > 0) return toApp(records.update(record, body));
  removeApp(records, record);
  return { ...toApp(record), finalizers: [] };
}

/** hold and redeploy are wishes of a person: they change where the change names them, not by a new spec. */
function changed(body: Bodies['App'], change: AppChange): Bodies['App'] {
  const { hold: _hold, redeploy: _redeploy, ...rest } = change.spec ?? body.spec;
  const hold = wish(change.hold, body.spec.hold);
  const redeploy = wish(change.redeploy, body.spec.redeploy);
  const spec = validSpec({ ...rest, ...(hold && { hold }), ...(redeploy && { redeploy }) });
  return {
    ...body,
    spec,
    generation: isDeepStrictEqual(spec, body.spec) ? body.generation : body.generation + 1,
    ...(change.lastRelease && { lastRelease: change.lastRelease }),
    ...(change.finalizers && { finalizers: change.finalizers }),
  };
}

/** null removes, undefined keeps. */
const wish = <T>(named: T | null | undefined, now: T | undefined): T | undefined =>
  named === null ? undefined : (named ?? now);

/** What was made for the App goes with it, as Kubernetes' garbage collection would see to. */
function removeApp(records: Objects, record: Stored<'App'>): void {
  records.remove(record);
  const owned: readonly Kind[] = ['Service', 'EndpointSlice', 'Deployment', 'Secret'];
  for (const kind of owned)
    for (const one of records.list(kind, { namespace: record.namespace, app: record.name }))
      if (isManaged(one.labels)) records.remove(one);
}

function validSpec(spec: AppSpec): AppSpec {
  const parsed = appSpec.safeParse(spec);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = ['spec', ...(issue?.path ?? [])].join('.');
  throw new InvalidError(field, issue?.message ?? 'is not valid', 'Correct it and try again.');
}

const toApp = ({ namespace, name, uid, version, created, body }: Stored<'App'>): App => ({
  namespace,
  name,
  uid,
  resourceVersion: String(version),
  createdAt: new Date(created),
  ...body,
  spec: wholeSpec(body.spec),
});

/** What a version before wrote lacks the fields that are new since. Records are never changed in place: each is read once. */
const whole = new WeakMap<AppSpec, AppSpec>();
function wholeSpec(spec: AppSpec): AppSpec {
  const known = whole.get(spec);
  if (known) return known;
  const valid = validSpec(spec);
  whole.set(spec, valid);
  return valid;
}
