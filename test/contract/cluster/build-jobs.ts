import { expect, test } from 'vitest';
import { InvalidError } from '../../../shared/domain/errors.ts';
import type { NewBuildJob } from '../../../shared/ports/cluster.ts';
import { type BuildEnding, eventually, textOf, uniqueKey, type World } from './world.ts';

export function buildJobsContract(world: World): void {
  const start = async (ending: BuildEnding, overrides: Partial<NewBuildJob> = {}) => {
    const job = await world().buildJob(ending, overrides);
    await world().cluster.startBuildJob(job);
    return job.key;
  };

  test('a build that was not started is undefined, has no log and can be deleted', async () => {
    const key = uniqueKey();
    expect(await world().cluster.getBuildJob(key)).toBeUndefined();
    expect(await textOf(world().cluster.buildJobLog(key, {}))).toBe('');
    expect(await textOf(world().cluster.buildJobLog(key, { follow: true }))).toBe('');
    await world().cluster.deleteBuildJob(key);
  });

  test('a build runs from its start on, and is started once', async () => {
    const { cluster } = world();
    const job = await world().buildJob('hangs', { credential: 's3cret' });
    await Promise.all([cluster.startBuildJob(job), cluster.startBuildJob(job)]);
    const started = await cluster.getBuildJob(job.key);
    expect(started).toMatchObject({ key: job.key, phase: 'running' });
    expect(started?.image).toBeUndefined();
    expect(started?.reason).toBeUndefined();
    expect(Math.abs((started?.startedAt.getTime() ?? 0) - Date.now())).toBeLessThan(3_600_000);
    await cluster.startBuildJob({ ...job, timeoutSeconds: 20 });
    expect((await cluster.getBuildJob(job.key))?.startedAt).toEqual(started?.startedAt);
    expect((await cluster.listBuildJobs()).filter(({ key }) => key === job.key)).toHaveLength(1);
    await cluster.deleteBuildJob(job.key);
  });

  test('a build that succeeded names its image by digest', async () => {
    const key = await start('succeeds');
    await world().finishBuild(key, 'succeeds');
    await eventually(async () =>
      expect(await world().cluster.getBuildJob(key)).toMatchObject({
        key,
        phase: 'succeeded',
        image: expect.stringMatching(/@sha256:[0-9a-f]{64}$/),
      }),
    );
    expect((await world().cluster.getBuildJob(key))?.reason).toBeUndefined();
  });

  test('a build that failed says why and names no image', async () => {
    const key = await start('fails');
    await world().finishBuild(key, 'fails');
    await eventually(async () =>
      expect(await world().cluster.getBuildJob(key)).toMatchObject({
        key,
        phase: 'failed',
        reason: expect.stringMatching(/\S/),
      }),
    );
    expect((await world().cluster.getBuildJob(key))?.image).toBeUndefined();
  });

  test('a build that takes too long is ended', async () => {
    const key = await start('hangs', { timeoutSeconds: 1 });
    await eventually(async () =>
      expect(await world().cluster.getBuildJob(key)).toMatchObject({
        phase: 'failed',
        reason: 'DeadlineExceeded',
      }),
    );
  });

  test('a finished build is not started again', async () => {
    const { cluster } = world();
    const job = await world().buildJob('fails');
    await cluster.startBuildJob(job);
    await world().finishBuild(job.key, 'fails');
    const phase = async () => (await cluster.getBuildJob(job.key))?.phase;
    await eventually(async () => expect(await phase()).toBe('failed'));
    await cluster.startBuildJob(job);
    expect(await phase()).toBe('failed');
  });

  test('all builds are listed, each in its phase', async () => {
    const running = await start('hangs');
    const failed = await start('fails');
    await world().finishBuild(failed, 'fails');
    await eventually(async () => {
      const builds = await world().cluster.listBuildJobs();
      expect(builds).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ key: running, phase: 'running' }),
          expect.objectContaining({ key: failed, phase: 'failed', reason: expect.any(String) }),
        ]),
      );
    });
    await world().cluster.deleteBuildJob(running);
  });

  test('a deleted build is forgotten, can be deleted again and started anew', async () => {
    const { cluster } = world();
    const job = await world().buildJob('hangs');
    await cluster.startBuildJob(job);
    await cluster.deleteBuildJob(job.key);
    await eventually(async () => expect(await cluster.getBuildJob(job.key)).toBeUndefined());
    expect((await cluster.listBuildJobs()).map(({ key }) => key)).not.toContain(job.key);
    await cluster.deleteBuildJob(job.key);
    await cluster.startBuildJob(job);
    expect(await cluster.getBuildJob(job.key)).toMatchObject({ phase: 'running' });
    await cluster.deleteBuildJob(job.key);
  });

  test('a build that was started anew is not deleted in the place of the one that was seen', async () => {
    const key = await start('hangs');
    const { cluster } = world();
    const started = (await cluster.getBuildJob(key))?.startedAt ?? new Date(0);
    await cluster.deleteBuildJob(key, new Date(started.getTime() - 3_600_000));
    expect(await cluster.getBuildJob(key)).toMatchObject({ phase: 'running' });
    await cluster.deleteBuildJob(key, started);
    await eventually(async () => expect(await cluster.getBuildJob(key)).toBeUndefined());
  });

  test('the log of a build can be followed until it ends, and read afterwards', async () => {
    const key = await start('succeeds');
    const followed = textOf(world().cluster.buildJobLog(key, { follow: true }));
    await world().finishBuild(key, 'succeeds');
    const text = await followed;
    expect(text).toMatch(/\S/);
    await eventually(async () => expect(await textOf(world().cluster.buildJobLog(key, {}))).toBe(text));
    const tail = await textOf(world().cluster.buildJobLog(key, { tail: 1 }));
    expect(tail.trimEnd().split('\n')).toEqual(text.trimEnd().split('\n').slice(-1));
  });

  test.each(['../escape', 'UPPER', 'new\nline', ''])('the build key %j is refused', async (key) => {
    const job = await world().buildJob('succeeds', { key });
    await expect(world().cluster.startBuildJob(job)).rejects.toThrow(InvalidError);
    expect(await world().cluster.getBuildJob(key)).toBeUndefined();
  });
}
