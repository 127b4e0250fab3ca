import type { V1Secret } from '@kubernetes/client-node';
import { InvalidError } from '../../domain/errors.ts';
import { PULL_SECRET } from '../../domain/naming.ts';
import type { Connection } from './connection.ts';
import { ask, create, find } from './errors.ts';
import { isManaged, managed, metadataOf } from './objects.ts';

const KEY = '.dockerconfigjson';

/** Brings the Namespace's copy in line. InvalidError: the operator's is not there, or somebody else's has its name here. */
export async function providePullSecret(
  { core }: Connection,
  platformNamespace: string,
  namespace: string,
): Promise<void> {
  const name = PULL_SECRET;
  const original = await find(core.readNamespacedSecret({ namespace: platformNamespace, name }));
  const config = original?.data?.[KEY];
  if (config === undefined)
    throw new InvalidError(
      `Secret ${platformNamespace}/${name}`,
      `it is not there, or has no ${KEY}`,
      'Create it with kubectl create secret docker-registry, or unset PULL_SECRET.',
    );
  const there = await find(core.readNamespacedSecret({ namespace, name }));
  if (!there) {
    const body = {
      metadata: { name, labels: { ...managed } },
      type: original?.type,
      data: { [KEY]: config },
    };
    await create(core.createNamespacedSecret({ namespace, body: body as V1Secret }));
    return;
  }
  if (!isManaged(there))
    throw new InvalidError(
      `Secret ${namespace}/${name}`,
      "it is not Cite's",
      'Remove it, or give it another name.',
    );
  if (there.data?.[KEY] === config) return;
  const body = [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadataOf(there).resourceVersion },
    { op: 'replace', path: `/data/${KEY}`, value: config },
  ];
  await ask(core.patchNamespacedSecret({ namespace, name, body }));
}
