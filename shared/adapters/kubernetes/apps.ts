import type { App, AppRef } from '../../domain/app.ts';
import { InvalidError } from '../../domain/errors.ts';
import type { Apps } from '../../ports/cluster.ts';
import { type AppObject, appPatch, appResource, isDeleting, statusOf, toApp } from './app-objects.ts';
import { type Connection, mergePatch, pages } from './connection.ts';
import { ask, create, find } from './errors.ts';
import { APP, checkNames, isObjectName, managed, metadataOf } from './objects.ts';

type AppVerbs = Omit<Apps, 'readSecret' | 'writeSecret' | 'recordEvent' | 'listWarnings'>;

export function kubernetesApps({ custom }: Connection): AppVerbs {
  const read = async ({ namespace, name }: AppRef) => {
    if (!isObjectName(namespace) || !isObjectName(name)) return undefined;
    return find<AppObject>(custom.getNamespacedCustomObject({ ...appResource, namespace, name }));
  };

  return {
    async getApp(ref) {
      const found = await read(ref);
      return found && toApp(found);
    },

    async listApps(namespace) {
      if (namespace !== undefined && !isObjectName(namespace)) return [];
      const { group, version, plural } = appResource;
      const apps: App[] = [];
      const objects = pages<AppObject>((page) =>
        ask(
          namespace === undefined
            ? custom.listCustomObjectForAllNamespaces({ group, version, resourcePlural: plural, ...page })
            : custom.listNamespacedCustomObject({ group, version, plural, namespace, ...page }),
        ),
      );
      for await (const object of objects) {
        try {
          apps.push(toApp(object));
        } catch (error) {
          // One App that cannot be read must not hide all others; getApp says what is wrong with it.
          if (!(error instanceof InvalidError)) throw error;
        }
      }
      return apps;
    },

    async createApp({ namespace, name }, spec) {
      checkNames({ namespace, name });
      const body = {
        apiVersion: `${appResource.group}/${appResource.version}`,
        kind: 'App',
        metadata: { name, namespace, labels: { ...managed, [APP]: name } },
        spec,
      };
      const made = await create<AppObject>(
        custom.createNamespacedCustomObject({ ...appResource, namespace, body, fieldValidation: 'Strict' }),
      );
      if (!made) throw new InvalidError('metadata.name', `${name} is taken`, 'Choose another name.');
      return toApp(made);
    },

    async updateApp(app, change) {
      const { namespace, name } = app;
      checkNames({ namespace, name });
      const body = appPatch(app, change);
      const patch = { ...appResource, namespace, name, body, fieldValidation: 'Strict' };
      return toApp(await ask<AppObject>(custom.patchNamespacedCustomObject(patch, mergePatch)));
    },

    async setAppStatus({ namespace, name }, status) {
      checkNames({ namespace, name });
      const patch = { ...appResource, namespace, name, body: { status } };
      await find(custom.patchNamespacedCustomObjectStatus(patch, mergePatch));
    },

    async appStatus(ref) {
      const found = await read(ref);
      return found && { status: statusOf(found), deleting: isDeleting(found) };
    },

    async removeFinalizer(ref, finalizer) {
      const found = await read(ref);
      const finalizers = found?.metadata?.finalizers ?? [];
      if (!found || !finalizers.includes(finalizer)) return;
      const { namespace, name, resourceVersion } = metadataOf(found as object);
      const others = finalizers.filter((one) => one !== finalizer);
      const body = { metadata: { resourceVersion, finalizers: others } };
      await find(custom.patchNamespacedCustomObject({ ...appResource, namespace, name, body }, mergePatch));
    },

    async deleteApp({ namespace, name, uid }) {
      checkNames({ namespace, name });
      const body = uid === undefined ? {} : { preconditions: { uid } };
      await find(custom.deleteNamespacedCustomObject({ ...appResource, namespace, name, body }));
    },
  };
}
