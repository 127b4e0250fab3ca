import { expect, test } from 'vitest';
import { InvalidError } from '../../../shared/domain/errors.ts';
import { freshNamespace, specOf, type World } from './world.ts';

export function namespacesContract(world: World): void {
  test('a namespace that is not there has no owners', async () => {
    expect(await world().cluster.namespaceOwners(freshNamespace())).toBeUndefined();
  });

  test('a namespace may deploy the repositories of the owner that it was made for', async () => {
    const namespace = freshNamespace();
    await world().cluster.createNamespace(namespace, 'Acme-Corp');
    expect(await world().cluster.namespaceOwners(namespace)).toEqual(['Acme-Corp']);
  });

  test('a namespace that is there is never changed', async () => {
    const namespace = freshNamespace();
    await world().cluster.createNamespace(namespace, 'first');
    await world().cluster.createNamespace(namespace, 'second');
    expect(await world().cluster.namespaceOwners(namespace)).toEqual(['first']);
  });

  test('a namespace made by two at once is made once', async () => {
    const namespace = freshNamespace();
    const { cluster } = world();
    await Promise.all([
      cluster.createNamespace(namespace, 'same'),
      cluster.createNamespace(namespace, 'same'),
      cluster.createNamespace(namespace, 'same'),
    ]);
    expect(await cluster.namespaceOwners(namespace)).toEqual(['same']);
  });

  test('rights are granted as often as one likes, and the namespace stays as it is', async () => {
    const namespace = freshNamespace();
    const { cluster } = world();
    await cluster.createNamespace(namespace, 'acme');
    await cluster.grantRights(namespace);
    await cluster.grantRights(namespace);
    expect(await cluster.namespaceOwners(namespace)).toEqual(['acme']);
    await cluster.createApp({ namespace, name: 'web' }, specOf(namespace));
  });

  test('rights in a namespace that is not there are refused', async () => {
    await expect(world().cluster.grantRights(freshNamespace())).rejects.toThrow(InvalidError);
  });

  test.each(['Upper-Case', 'with space', '../up', 'a'.repeat(64), 'new\nline', ''])(
    'the name %j is refused and never part of a path',
    async (name) => {
      await expect(world().cluster.createNamespace(name, 'acme')).rejects.toThrow(InvalidError);
      expect(await world().cluster.namespaceOwners(name)).toBeUndefined();
    },
  );
}
