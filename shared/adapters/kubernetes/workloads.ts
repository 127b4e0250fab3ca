import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject, V1ConfigMap, V1Deployment } from '@kubernetes/client-node';
import { InvalidError, RetryableError } from '../../domain/errors.ts';
import { workloadName } from '../../domain/naming.ts';
import type { PodSettings } from '../../domain/release.ts';
import type { NewWorkload, Workload } from '../../domain/workload.ts';
import type { Workloads } from '../../ports/cluster.ts';
import { type Connection, mergePatch, pages } from './connection.ts';
import { ask, create, find } from './errors.ts';
import { APP, APP_UID, checkNames, isManaged, isObjectName, managedSelector, metadataOf } from './objects.ts';
import { toPodSettings } from './pod-settings.ts';
import { workloadObjects } from './workload-objects.ts';
import { toWorkload, workloadPatch } from './workload-state.ts';

type WorkloadVerbs = Omit<Workloads, 'listPods' | 'podLog'>;

export function kubernetesWorkloads(
  { core, apps }: Connection,
  options: { readonly pullSecret: boolean },
): WorkloadVerbs {
  const created = async (workload: NewWorkload): Promise<V1Deployment> => {
    const { namespace } = workload.app;
    const { configMap, secret, deployment } = workloadObjects(workload, options);
    const name = workloadName(workload.app.name, workload.release.number);
    const ours = checkedFor(workload);
    const made = await find(apps.readNamespacedDeployment({ namespace, name }));
    if (made) return ours(made);
    // The pods need the first two. After a death they may be there, of a spec that has changed since: nothing runs on
    // them yet. What is the same stays: another one may be making its Deployment just now.
    const at = { namespace, name };
    // Looked for first: a quota that is used up refuses to create even what is there.
    const oldConfigMap = await find(core.readNamespacedConfigMap(at));
    if (oldConfigMap || !(await create(core.createNamespacedConfigMap({ namespace, body: configMap })))) {
      const there = ours(oldConfigMap ?? (await ask(core.readNamespacedConfigMap(at))));
      if (!isDeepStrictEqual(there.data ?? {}, configMap.data)) {
        await find(core.deleteNamespacedConfigMap(at));
        await create(core.createNamespacedConfigMap({ namespace, body: configMap }));
      }
    }
    const oldSecret = await find(core.readNamespacedSecret(at));
    if (oldSecret || !(await create(core.createNamespacedSecret({ namespace, body: secret })))) {
      const there = ours(oldSecret ?? (await ask(core.readNamespacedSecret(at))));
      if (!isDeepStrictEqual(there.data ?? {}, encoded(secret.stringData))) {
        await find(core.deleteNamespacedSecret(at));
        await create(core.createNamespacedSecret({ namespace, body: secret }));
      }
    }
    const deployed = await create(apps.createNamespacedDeployment({ namespace, body: deployment }));
    return deployed ?? ours(await ask(apps.readNamespacedDeployment(at)));
  };

  return {
    async listWorkloads(app) {
      if (app && !(isObjectName(app.namespace) && isObjectName(app.name))) return [];
      const labelSelector = `${managedSelector},${app ? `${APP}=${app.name}` : APP}`;
      const workloads: Workload[] = [];
      const deployments = pages((page) =>
        ask(
          app
            ? apps.listNamespacedDeployment({ namespace: app.namespace, labelSelector, ...page })
            : apps.listDeploymentForAllNamespaces({ labelSelector, ...page }),
        ),
      );
      for await (const deployment of deployments) {
        const workload = toWorkload(deployment);
        if (workload) workloads.push(workload);
      }
      return workloads;
    },

    async getWorkload({ namespace, name }, release) {
      if (!isObjectName(namespace) || !isObjectName(name)) return undefined;
      const found = await find(
        apps.readNamespacedDeployment({ namespace, name: workloadName(name, release) }),
      );
      return found && isManaged(found) ? toWorkload(found) : undefined;
    },

    async listPodSettings({ namespace, name }) {
      if (!isObjectName(namespace) || !isObjectName(name)) return new Map();
      const of = { namespace, labelSelector: `${managedSelector},${APP}=${name}` };
      const environments = new Map<string, V1ConfigMap>();
      for await (const configMap of pages((page) => ask(core.listNamespacedConfigMap({ ...of, ...page }))))
        environments.set(metadataOf(configMap).name, configMap);
      const settings = new Map<number, PodSettings>();
      for await (const deployment of pages((page) =>
        ask(apps.listNamespacedDeployment({ ...of, ...page })),
      )) {
        const number = toWorkload(deployment)?.release.number;
        const pod = toPodSettings(deployment, environments.get(metadataOf(deployment).name));
        if (number !== undefined && pod) settings.set(number, pod);
      }
      return settings;
    },

    async createWorkload(workload) {
      const { namespace, name: app } = workload.app;
      checkNames({ namespace, app });
      const { name, uid } = metadataOf(await created(workload));
      // From now on the Deployment owns them, so that its deletion is one call and nothing is left by a death after it.
      const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid };
      const body = { metadata: { ownerReferences: [owner] } };
      await Promise.all([
        ask(core.patchNamespacedConfigMap({ namespace, name, body }, mergePatch)),
        ask(core.patchNamespacedSecret({ namespace, name, body }, mergePatch)),
      ]);
    },

    async updateWorkload(workload, change) {
      const { namespace } = workload.app;
      const name = workloadName(workload.app.name, workload.release.number);
      const body = workloadPatch(workload, change);
      const changed = toWorkload(
        await ask(apps.patchNamespacedDeployment({ namespace, name, body }, mergePatch)),
      );
      if (!changed)
        throw new InvalidError('workload', `the Deployment ${name} holds no release`, 'Restore it.');
      return changed;
    },

    async deleteWorkload(workload) {
      const { namespace } = workload.app;
      const name = workloadName(workload.app.name, workload.release.number);
      const { resourceVersion } = workload;
      const body = { preconditions: { resourceVersion }, propagationPolicy: 'Background' };
      await find(apps.deleteNamespacedDeployment({ namespace, name, body }));
    },
  };
}

/** Returns an object that was there already when it belongs to the Workload's App. */
function checkedFor({ app }: NewWorkload) {
  return <T extends KubernetesObject>(object: T): T => {
    const { name, labels } = metadataOf(object);
    if (!isManaged(object))
      throw new InvalidError('metadata.name', `an object ${name} that is not Cite's is there`, 'Remove it.');
    if (labels[APP_UID] !== app.uid)
      throw new RetryableError(`${name} of an earlier App of the name is still being removed`);
    return object;
  };
}

/** As the API server keeps what was given as text. */
const encoded = (content: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
