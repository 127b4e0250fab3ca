import { beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../e2e/app.ts';
import type { Repository } from '../e2e/repository.ts';
import { until } from '../e2e/until.ts';
import { docker } from './files.ts';
import { noCluster, REGISTRY } from './machine.ts';
import { visitorsOf } from './visitors.ts';
import { type ClusterWorld, openWorld, SCENES } from './world.ts';

/** What the step before the app's own files prints when it is run. */
const MADE = /^#\d+ [\d.]+ made once$/m;

if (noCluster) test.skip(`the main path on a cluster ${noCluster}`, () => {});
else
  describe('the main path on a cluster', SCENES, () => {
    let world: ClusterWorld;
    let app: App;
    let repository: Repository;
    beforeAll(async () => {
      world = await openWorld();
    }, 600_000);

    const kubectl = (...args: string[]) => world.machine.kubectl(...args);
    const releases = async () =>
      Object.fromEntries((await app.releases()).map(({ name, state }) => [name, state]));

    test('a push is built by BuildKit, proven, and answers at the URL of its App', async () => {
      ({ repository, app } = await world.anApp(docker.answering('v1'), { name: 'web' }));
      await app.untilLive('v1');
      const [release] = await app.releases();
      expect(release?.image).toMatch(new RegExp(`^${REGISTRY}/apps/${repository.name}@sha256:[0-9a-f]{64}$`));
    });

    test('its commit, and whoever looks with kubectl, are told', async () => {
      const commit = await repository.git('rev-parse', 'HEAD');
      expect(await app.verdict(commit)).toBe('deployed as r1');
      await until(
        'the commit is green',
        async () => (await world.github('GET', `/${repository.name}/commits/${commit}/statuses`)).body,
        ([status]) => status?.state === 'success' && status.description === 'deployed as r1',
        world.patienceMs,
      );
      const row = (await kubectl('-n', 'acme', 'get', 'apps', 'web', '--no-headers')).split(/\s+/);
      expect(row.slice(0, 2)).toEqual(['web', 'r1']);
      await until(
        'the App has its event',
        () =>
          kubectl(
            '-n',
            'acme',
            'get',
            'events',
            '--field-selector',
            'involvedObject.kind=App',
            '--no-headers',
          ),
        (events) => /Deployed\s+app\/web/.test(events),
        world.patienceMs,
      );
    });

    test('the log of its build is kept', async () => {
      const [change] = await app.changes();
      const { out, err } = await world.cite('logs', app.address, '--build');
      expect(out + err, change?.build).toMatch(/COPY server\.js/);
      expect(out).toMatch(MADE);
    });

    test('20 switches drop none of 200 requests a second', async () => {
      const visitors = visitorsOf(app, 200);
      await repository.push(docker.answering('v2'));
      await app.untilLive('v2');
      for (let i = 0; i < 9; i++) {
        await app.wish('activate', { release: 1 });
        await app.untilLive('v1');
        await app.wish('activate', { release: 2 });
        await app.untilLive('v2');
      }
      await app.wish('lift');
      await repository.push(docker.answering('v3'));
      await app.untilLive('v3');
      const visits = await visitors.leave();
      const { count, seconds, failures } = visits;
      process.stderr.write(
        `${count} requests, ${Math.round(count / seconds)} a second, over 20 switches: ${failures.length} failed\n`,
      );
      expect(visits.failures).toEqual([]);
      expect(visits.count / visits.seconds).toBeGreaterThan(195);
      expect([...visits.versions.keys()].sort()).toEqual(['v1', 'v2', 'v3']);
    });

    test('what a build before has made is taken from the cache in the registry', async () => {
      const tags = await fetch(`http://${REGISTRY}/v2/apps/${repository.name}/tags/list`);
      expect(await tags.text()).toContain('"cache"');
      const { out } = await world.cite('logs', app.address, '--build');
      expect(out).toMatch(/importing cache manifest/);
      expect(out).not.toMatch(MADE);
    });

    test('a push that crashes leaves the old one live, and says why', async () => {
      const commit = await repository.push(docker.crashing('the database is gone'));
      expect(await app.verdict(commit)).toMatch(/^failed: r4: CrashLoopBackOff: .*exit code 1/);
      expect(await app.visit()).toBe('v3');
      const { out } = await world.cite('why', commit);
      expect(out).toMatch(/the database is gone/);
    });

    test('a push whose image cannot be built fails with the words of the build', async () => {
      const commit = await repository.push({ Dockerfile: 'FROM node:24\nRUN echo no such thing && false\n' });
      expect(await app.verdict(commit)).toMatch(/^failed: .*did not complete successfully/s);
      expect(await app.visit()).toBe('v3');
    });

    test('a rollback goes back at once, and stays until it is lifted', async () => {
      await app.wish('activate', { release: 1 });
      await app.untilLive('v1');
      const commit = await repository.push(docker.answering('v5'));
      await app.until(commit, 'held');
      expect(await app.visit()).toBe('v1');
      await app.wish('lift');
      await app.untilLive('v5');
    });

    test('the sweep retires what nothing selects, and nothing else', async () => {
      expect((await app.set({ retention: { standbySeconds: 0, releases: 10 } })).status).toBe(200);
      const before = await releases();
      expect(Object.values(before).filter((state) => state === 'standby')).not.toEqual([]);
      const { code, err } = await world.cite('sweep');
      expect([code, err]).toEqual([0, '']);
      await until(
        'nothing of the App is on standby',
        () =>
          kubectl(
            '-n',
            'acme',
            'get',
            'deployments',
            '-o',
            'jsonpath={range .items[*]}{.metadata.name}={.spec.replicas} {end}',
          ),
        (replicas) =>
          replicas
            .trim()
            .split(' ')
            .filter((one) => one.startsWith('web-') && !one.endsWith('=0')).length === 1,
        world.patienceMs,
      );
      expect(await app.visit()).toBe('v5');
    });
  });
