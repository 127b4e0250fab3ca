import type { AppRef } from '../../../../shared/domain/app.ts';
import { ConflictError, InvalidError } from '../../../../shared/domain/errors.ts';
import { workloadName } from '../../../../shared/domain/naming.ts';
import type { NewWorkload, Readiness, Workload } from '../../../../shared/domain/workload.ts';
import type { WorkloadChange, Workloads } from '../../../../shared/ports/cluster.ts';
import type { Bodies } from './kinds.ts';
import { appLabels, RELEASE } from './labels.ts';
import { requireNamespace } from './names.ts';
import type { Objects, Stored } from './records.ts';

export function workloads(records: Objects): Omit<Workloads, 'listPods' | 'podLog'> {
  const find = (app: AppRef, release: number) =>
    records.get('Deployment', app.namespace, workloadName(app.name, release));

  const asRead = (workload: Workload) => {
    const record = find(workload.app, workload.release.number);
    if (String(record?.version) !== workload.resourceVersion)
      throw new ConflictError(`Workload r${workload.release.number} was written meanwhile`);
    return record as Stored<'Deployment'>;
  };

  return {
    async listWorkloads(app) {
      const of = app ? { namespace: app.namespace, app: app.name } : {};
      return records.listAs('Deployment', of, toWorkload);
    },
    async getWorkload(app, release) {
      const record = find(app, release);
      return record && toWorkload(record);
    },
    async listPodSettings({ namespace, name }) {
      const settings = records.listAs('Deployment', { namespace, app: name }, ({ body }) => {
        const { liveness, ...pod } = body.pod;
        return [body.release.number, { ...pod, liveness }] as const;
      });
      return new Map(settings);
    },
    async createWorkload(workload) {
      requireCount(workload.replicas);
      records.transaction(() => insertWorkload(records, workload));
    },
    async updateWorkload(workload, change) {
      if (change.replicas !== undefined) requireCount(change.replicas);
      return records.transaction(() => {
        const record = asRead(workload);
        return toWorkload(records.update(record, changed(record.body, change)));
      });
    },
    async deleteWorkload(workload) {
      records.transaction(() => {
        if (!find(workload.app, workload.release.number)) return;
        const record = asRead(workload);
        records.remove(record);
        const secret = records.get('Secret', record.namespace, record.name);
        if (secret?.labels[RELEASE]) records.remove(secret);
      });
    },
  };
}

function insertWorkload(records: Objects, { app, release, pod, replicas, secret }: NewWorkload): void {
  const key = { namespace: app.namespace, name: workloadName(app.name, release.number) };
  requireNamespace(records, app.namespace);
  const labels = appLabels(app, release.number);
  if (!records.insert('Deployment', key, labels, { app, release, pod, replicas, generation: 1 })) return;
  if (!records.insert('Secret', key, labels, { content: secret }))
    throw new InvalidError(
      'metadata.name',
      `${key.name} is the name of another Secret`,
      'Rename that Secret.',
    );
}

function requireCount(replicas: number): void {
  if (!Number.isSafeInteger(replicas) || replicas < 0)
    throw new InvalidError('spec.replicas', 'is not a number of pods', 'Use 0 or more.');
}

function changed(body: Bodies['Deployment'], change: WorkloadChange): Bodies['Deployment'] {
  const { standbySince: _since, outcome: _outcome, pinnedBy: _pinned, ...rest } = body;
  const replicas = change.replicas ?? body.replicas;
  const standbySince = kept(
    change.standbySince === null ? null : change.standbySince?.toISOString(),
    body.standbySince,
  );
  const outcome = kept(change.outcome, body.outcome);
  const pinnedBy = kept(change.pinnedBy, body.pinnedBy);
  return {
    ...rest,
    replicas,
    generation: replicas === body.replicas ? body.generation : body.generation + 1,
    ...(standbySince !== undefined && { standbySince }),
    ...(outcome !== undefined && { outcome }),
    ...(pinnedBy !== undefined && { pinnedBy }),
  };
}

/** null removes, undefined keeps. */
const kept = <T>(change: T | null | undefined, now: T | undefined): T | undefined =>
  change === null ? undefined : (change ?? now);

const readinessOf = ({ readiness: { http, timeoutSeconds } }: Bodies['Deployment']['pod']): Readiness => ({
  timeoutSeconds,
  ...(http && { http }),
});

function toWorkload({ version, created, body }: Stored<'Deployment'>): Workload {
  const status = body.status?.observed === body.generation ? body.status : undefined;
  return {
    app: { namespace: body.app.namespace, name: body.app.name },
    release: body.release,
    resourceVersion: String(version),
    createdAt: new Date(created),
    replicas: body.replicas,
    available: status?.available ?? 0,
    progress: status?.progress ?? 'progressing',
    readiness: readinessOf(body.pod),
    ...(body.standbySince !== undefined && { standbySince: new Date(body.standbySince) }),
    ...(body.outcome !== undefined && { outcome: body.outcome }),
    ...(body.pinnedBy !== undefined && { pinnedBy: body.pinnedBy }),
  };
}
