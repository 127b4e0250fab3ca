import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, crashing, exiting, type Files, nodeApp, silent } from './files.ts';
import { until } from './until.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** Listens where it likes. */
const deafToPort = nodeApp(
  `require('node:http').createServer((_, response) => response.end('x')).listen(0, () => console.log('up'));`,
);
/** Answers, but not well where its readiness is asked. */
const unhealthy = nodeApp(
  `require('node:http').createServer((_, response) => response.writeHead(500).end('sick')).listen(process.env.PORT);`,
);
const withBuild = (build: string): Files => ({
  ...answering('built'),
  'package.json': JSON.stringify({ scripts: { start: 'node server.js', build } }),
});

interface Broken {
  readonly why: RegExp;
  readonly detail?: RegExp;
  readonly settings?: object;
}

const pushes: readonly (readonly [string, Files, Broken])[] = [
  [
    'crashes',
    crashing('the database is gone'),
    { why: /^failed: r2: CrashLoopBackOff: .*exit code 1$/, detail: /Error: the database is gone/ },
  ],
  [
    'exits at once, and well',
    exiting,
    { why: /^failed: r2: CrashLoopBackOff: .*exit code 0$/, detail: /nothing to serve/ },
  ],
  [
    'never listens',
    silent,
    {
      why: /^failed: r2: 0 of 1 pods became ready in time: Unhealthy: .*does not listen on PORT=\d+; it listens on no port$/,
      detail: /thinking/,
      settings: { progressDeadlineSeconds: 5 },
    },
  ],
  [
    'ignores PORT',
    deafToPort,
    {
      why: /does not listen on PORT=\d+; it listens on \d+ instead$/,
      settings: { progressDeadlineSeconds: 5 },
    },
  ],
  [
    'fails its build',
    withBuild("node -e \"console.log('compiling'); console.error('line 7: no such word'); process.exit(3)\""),
    {
      why: /^failed: the build failed: npm run build failed with exit code \d+$/,
      detail: /line 7: no such word/,
    },
  ],
  [
    'holds nothing to build',
    { 'package.json': null, 'server.js': null, 'README.md': 'nothing here' },
    { why: /^failed: the build failed: no package.json, Procfile or index.html in the repository$/ },
  ],
  [
    'has neither a start script nor a server',
    { 'package.json': '{}', 'server.js': null },
    {
      why: /^failed: the build failed: package.json has no start script, and there is no Procfile, main file or server.js$/,
    },
  ],
  [
    'has a Procfile without a web line',
    { Procfile: 'worker: node worker.js', 'package.json': null, 'server.js': null },
    { why: /^failed: the build failed: the Procfile has no line "web: <command>"$/ },
  ],
  [
    'has a package.json that is none',
    { 'package.json': '{ "scripts": ' },
    { why: /^failed: the build failed: package.json is not JSON: / },
  ],
];

describe.concurrent('a push that', SCENES, () => {
  test.each(pushes)(
    '%s leaves live what was live, and tells why',
    async (_, files, { why, detail, settings }) => {
      const { repository, app } = await world.anApp(answering('v1'), settings);
      await app.untilLive('v1');
      const commit = await repository.push(files);
      const { verdict } = await app.until(commit, 'ended');
      expect(verdict?.text).toMatch(why);
      if (detail) expect(verdict?.detail).toMatch(detail);
      expect(await app.visit()).toBe('v1');
      const told = await world.cite('why', commit);
      expect(told).toMatchObject({ code: 0, err: '' });
      expect(told.out).toContain(verdict?.text);
      if (detail) expect(told.out).toMatch(detail);
    },
  );
});

describe.concurrent('a release that failed', SCENES, () => {
  test('is not ready where its readiness is not', async () => {
    const settings = { progressDeadlineSeconds: 5, readiness: { http: { path: '/health' } } };
    const { repository, app } = await world.anApp(answering('v1'), settings);
    await app.untilLive('v1');
    const commit = await repository.push(unhealthy);
    expect(await app.verdict(commit)).toMatch(/^failed: r2: .*500/);
    expect(await app.visit()).toBe('v1');
  });

  test('is retried when what it needs has been mended', async () => {
    const { repository, app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const file = join(world.dir, 'mended');
    const server = `require('node:fs').readFileSync('${file}'); ${answering('v2')['server.js']}`;
    const commit = await repository.push(nodeApp(server));
    expect((await app.until(commit, 'ended')).verdict?.detail).toContain('ENOENT');
    writeFileSync(file, '');
    expect(await world.cite('retry', commit)).toMatchObject({ code: 0, err: '' });
    await app.untilLive('v2');
    expect((await app.releases()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'r3 live',
      'r2 failed',
      'r1 standby',
    ]);
  });

  test('because a person cancelled it never goes live', async () => {
    const { repository, app } = await world.anApp(answering('v1'), { minReadySeconds: 3 });
    await app.untilLive('v1');
    const commit = await repository.push(answering('v2'));
    await until(
      'r2 starts',
      () => app.changes(commit),
      ([change]) => change?.release === 2,
    );
    expect(await world.cite('cancel', commit)).toMatchObject({ code: 0, err: '' });
    expect(await app.verdict(commit)).toMatch(/^cancelled by /);
    await repository.push(answering('v3'));
    await app.untilLive('v3');
    expect((await app.releases()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'r3 live',
      'r2 cancelled',
      'r1 standby',
    ]);
  });

  test('as the first one leaves nothing live, and the next good push goes live', async () => {
    const { repository, app } = await world.anApp(crashing('never was well'));
    const head = await repository.git('rev-parse', 'HEAD');
    expect(await app.verdict(head)).toMatch(/^failed: r1: CrashLoopBackOff/);
    expect(await app.visit()).toContain('503 Nothing of');
    await repository.push(answering('v2'));
    await app.untilLive('v2');
  });

  test('has its build ended at its deadline where that hangs', async () => {
    const { repository, app } = await world.anApp(answering('v1'), {
      buildTimeoutSeconds: 10,
      build: { command: 'sh ./build.sh' },
    });
    expect(await app.verdict(await repository.git('rev-parse', 'HEAD'))).toMatch(/^failed: the build failed/);
    const commit = await repository.push({ 'build.sh': 'echo waiting for ever; sleep 1000' });
    const { verdict } = await app.until(commit, 'ended');
    expect(verdict).toMatchObject({ text: 'failed: the build failed: DeadlineExceeded' });
    expect(verdict?.detail).toContain('waiting for ever');
  });
});
