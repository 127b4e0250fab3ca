import { expect, test } from 'vitest';
import { InvalidError } from '../../../shared/domain/errors.ts';
import { workloadName } from '../../../shared/domain/naming.ts';
import { freshNamespace, hostileValues, newApp, newWorkload, type World } from './world.ts';

export function secretsContract(world: World): void {
  test('a Secret that is not there is undefined', async () => {
    const { namespace } = await newApp(world);
    expect(await world().cluster.readSecret(namespace, 'none')).toBeUndefined();
    expect(await world().cluster.readSecret(freshNamespace(), 'none')).toBeUndefined();
  });

  test('a Secret comes back as it went in, hostile values too', async () => {
    const { namespace } = await newApp(world);
    await world().cluster.writeSecret(namespace, 'web-env', hostileValues);
    expect(await world().cluster.readSecret(namespace, 'web-env')).toEqual(hostileValues);
  });

  test('a Secret of Cite is replaced whole', async () => {
    const { namespace } = await newApp(world);
    await world().cluster.writeSecret(namespace, 'web-env', { OLD: '1', BOTH: '1' });
    await world().cluster.writeSecret(namespace, 'web-env', { NEW: '2', BOTH: '2' });
    expect(await world().cluster.readSecret(namespace, 'web-env')).toEqual({ NEW: '2', BOTH: '2' });
    await world().cluster.writeSecret(namespace, 'web-env', {});
    expect(await world().cluster.readSecret(namespace, 'web-env')).toEqual({});
  });

  test("somebody else's Secret can be read and is never written", async () => {
    const { namespace } = await newApp(world);
    await world().makeForeignSecret(namespace, 'theirs');
    expect(await world().cluster.readSecret(namespace, 'theirs')).toEqual({ foreign: 'yes' });
    const written = world().cluster.writeSecret(namespace, 'theirs', { mine: 'now' });
    await expect(written).rejects.toThrow(InvalidError);
    expect(await world().cluster.readSecret(namespace, 'theirs')).toEqual({ foreign: 'yes' });
  });

  test('what a release was given is its own: no Secret that an App could name, or a person replace', async () => {
    const app = await newApp(world);
    const { cluster, goodImage } = world();
    await cluster.createWorkload(newWorkload(app, 1, goodImage, { secret: { PASSWORD: 'given' } }));
    const name = workloadName(app.name, 1);
    expect(await cluster.readSecret(app.namespace, name)).toBeUndefined();
    await expect(cluster.writeSecret(app.namespace, name, { PASSWORD: 'mine' })).rejects.toThrow(
      InvalidError,
    );
    // As nobody has written it, the same Workload can be made once more.
    await cluster.createWorkload(newWorkload(app, 1, goodImage, { secret: { PASSWORD: 'given' } }));
  });

  test.each(['../escape', 'UPPER', 'a b', ''])('the Secret name %j is refused', async (name) => {
    const { namespace } = await newApp(world);
    await expect(world().cluster.writeSecret(namespace, name, { A: '1' })).rejects.toThrow(InvalidError);
    expect(await world().cluster.readSecret(namespace, name)).toBeUndefined();
  });

  test('a Secret in a namespace that is not there is refused', async () => {
    const written = world().cluster.writeSecret(freshNamespace(), 'web-env', { A: '1' });
    await expect(written).rejects.toThrow(InvalidError);
  });
}
