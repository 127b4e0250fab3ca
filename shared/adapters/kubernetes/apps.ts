import type { App } from '../../domain/app.ts';
import { InvalidError } from '../../domain/errors.ts';
import type { Apps } from '../../ports/cluster.ts';
import { type AppObject, appPatch, appResource, toApp } from './app-objects.ts';
import { type Connection, mergePatch, pages } from './connection.ts';
import { ask, create, find } from './errors.ts';
import { APP, checkNames, isObjectName, managed } from './objects.ts';

type AppVerbs = Omit<Apps, 'readSecret' | 'writeSecret' | 'recordEvent'>;

export function kubernetesApps({ custom }: Connection): AppVerbs {
  return {
    async getApp({ namespace, name }) {
      if (!isObjectName(namespace) || !isObjectName(name)) return undefined;
      const found = await find<AppObject>(
        custom.getNamespacedCustomObject({ ...appResource, namespace, name }),
      );
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

    async appStatus({ namespace, name }) {
      if (!isObjectName(namespace) || !isObjectName(name)) return undefined;
      const found = await find<AppObject>(
        custom.getNamespacedCustomObject({ ...appResource, namespace, name }),
      );
      return found && { conditions: [], ...found.status };
    },

    async deleteApp({ namespace, name }) {
      checkNames({ namespace, name });
      await find(custom.deleteNamespacedCustomObject({ ...appResource, namespace, name }));
    },
  };
}
