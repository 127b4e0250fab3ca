import type { V1Secret } from '@kubernetes/client-node';
import { InvalidError } from '../../domain/errors.ts';
import type { Apps } from '../../ports/cluster.ts';
import type { Connection } from './connection.ts';
import { ask, create, find } from './errors.ts';
import { checkNames, isManaged, isObjectName, managed, metadataOf, RELEASE } from './objects.ts';

export function kubernetesSecrets({ core }: Connection): Pick<Apps, 'readSecret' | 'writeSecret'> {
  return {
    async readSecret(namespace, name) {
      if (!isObjectName(namespace) || !isObjectName(name)) return undefined;
      const found = await find(core.readNamespacedSecret({ namespace, name }));
      return found && !isOfRelease(found) ? decode(found.data ?? {}) : undefined;
    },

    async writeSecret(namespace, name, content) {
      checkNames({ namespace, name });
      const metadata = { name, labels: { ...managed } };
      const body = { metadata, stringData: { ...content } };
      // Looked for first: a quota that is used up refuses to create even what is there.
      const found = await find(core.readNamespacedSecret({ namespace, name }));
      if (!found && (await create(core.createNamespacedSecret({ namespace, body })))) return;
      const there = found ?? (await ask(core.readNamespacedSecret({ namespace, name })));
      if (!isManaged(there) || isOfRelease(there))
        throw new InvalidError('name', `the Secret ${name} is not Cite's`, 'Choose another name.');
      const patch = [
        { op: 'replace', path: '/metadata/resourceVersion', value: metadataOf(there).resourceVersion },
        { op: 'add', path: '/data', value: encode(content) },
      ];
      await ask(core.patchNamespacedSecret({ namespace, name, body: patch }));
    },
  };
}

/** What a release was given is its own: it is no Secret that another App could name. */
const isOfRelease = (secret: V1Secret) => secret.metadata?.labels?.[RELEASE] !== undefined;

const encode = (content: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(content).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );

/** Environment is text: bytes that are not UTF-8 could not be given to a process. */
export const decode = (data: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
  );
