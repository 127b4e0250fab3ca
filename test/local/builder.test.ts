import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baseEnvironment } from '../../scripts/local/cluster/supervisor/environment.ts';
import type { Image } from '../../scripts/local/images/image-folder.ts';
import type { BuildSettings } from '../../shared/domain/app-spec.ts';
import { buildWorlds, packageJson, printing } from './build-world.ts';
import { commitFiles, type Files, git } from './world.ts';

const world = buildWorlds();

/** What the image prints when it is started as a pod would start it. */
function output({ command, rootfs, workdir }: Image): unknown {
  const [program = '', ...args] = command;
  const env = baseEnvironment(world().dir, world().dir);
  return JSON.parse(execFileSync(program, args, { cwd: join(rootfs, workdir), env, encoding: 'utf8' }));
}

test('a Node app without dependencies needs no lockfile and starts without npm', async () => {
  const image = await world().built({
    'package.json': packageJson({ scripts: { start: 'node main.js hello' } }),
    'main.js': printing,
  });
  expect(image.reference).toMatch(/^local\/acme\/shop@sha256:[0-9a-f]{64}$/);
  expect(image.command.join(' ')).not.toContain('npm');
  expect(output(image)).toEqual({ word: 'hello', node: process.version });
  expect(existsSync(join(image.rootfs, '.git'))).toBe(false);
});

test('its tag leads to the image, and an image may be put under any reference', async () => {
  const image = await world().built({ 'package.json': '{}', 'server.js': printing });
  expect(await world().images.resolve(`local/acme/shop:b-${image.key}`)).toBe(image.reference);
  expect(await world().images.resolve('local/acme/shop:b-other')).toBeUndefined();
  const digest = image.reference.split('@')[1] ?? '';
  await world().images.tag('registry.example:5000/team/app:v1', digest);
  expect(await world().images.resolve('registry.example:5000/team/app:v1')).toBe(
    `registry.example:5000/team/app@${digest}`,
  );
  await expect(world().images.tag('../../etc/passwd:x', digest)).rejects.toThrow('image');
});

test('the web line of a Procfile comes before the start script', async () => {
  const image = await world().built({
    'package.json': packageJson({ scripts: { start: 'exit 1' } }),
    Procfile: 'worker: exit 2\nweb: WORD=web && node main.js "$WORD"\n',
    'main.js': printing,
  });
  expect(output(image)).toMatchObject({ word: 'web' });
});

test('a Procfile alone is enough, and so are a main file or a server.js', async () => {
  expect(
    output(await world().built({ Procfile: 'web: node a.js procfile', 'a.js': printing })),
  ).toMatchObject({
    word: 'procfile',
  });
  rmSync(world().repository, { recursive: true });
  const main = await world().built({
    'package.json': packageJson({ main: 'lib/a.js' }),
    'lib/a.js': printing,
  });
  expect(main.command).toEqual(['node', 'lib/a.js']);
});

test('the lockfile decides what is installed, and devDependencies are for the build alone', async () => {
  const files = {
    'package.json': packageJson({
      dependencies: { word: 'file:./packages/word' },
      devDependencies: { tool: 'file:./packages/tool' },
      scripts: { build: 'tool', start: 'node main.js' },
    }),
    'packages/word/package.json': JSON.stringify({ name: 'word', version: '1.0.0', main: 'index.js' }),
    'packages/word/index.js': 'module.exports = "from a dependency"',
    'packages/tool/package.json': JSON.stringify({ name: 'tool', version: '1.0.0', bin: 'tool.js' }),
    'packages/tool/tool.js':
      '#!/usr/bin/env node\nrequire("node:fs").writeFileSync("made.json", JSON.stringify("made"))',
    'main.js': 'console.log(JSON.stringify([require("word"), require("./made.json")]))',
  };
  commitFiles(world().repository, files);
  const env = baseEnvironment(world().dir, world().dir);
  execFileSync('npm', ['install', '--package-lock-only', '--offline'], {
    cwd: world().repository,
    env,
    stdio: 'ignore',
  });
  const image = await world().built({});
  expect(output(image)).toEqual(['from a dependency', 'made']);
  expect(readdirSync(join(image.rootfs, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'word',
  ]);
  expect(await world().logOf(image.key)).toContain('$ npm ci');

  git(world().repository, 'rm', '--quiet', '-r', 'packages/word');
  const broken = { 'package.json': packageJson({ dependencies: { other: 'file:./packages/tool' } }) };
  expect(await world().reasonOf(broken)).toBe('npm ci failed with exit code 1');
});

test('a build command replaces the build script and has the environment that was asked for', async () => {
  const image = await world().built(
    {
      'package.json': packageJson({ scripts: { build: 'exit 1', start: 'node main.js "$(cat word)"' } }),
      'main.js': printing,
    },
    { command: 'printf "%s" "$WORD" > word', env: { WORD: "it's $HOME" } },
  );
  expect(output(image)).toMatchObject({ word: "it's $HOME" });
});

test('a folder of the repository can be the context, and reaches its siblings', async () => {
  const image = await world().built(
    {
      'apps/web/package.json': packageJson({ scripts: { start: 'node main.js' } }),
      'apps/web/main.js': 'require("../../lib/say.js")',
      'lib/say.js': 'console.log(JSON.stringify("sibling"))',
    },
    { context: 'apps/web' },
  );
  expect(output(image)).toBe('sibling');
});

test('the same files make the same image, whatever commit they are of', async () => {
  const files = { 'package.json': '{}', 'server.js': printing };
  const first = await world().built(files);
  const second = await world().built(files);
  expect(second.key).not.toBe(first.key);
  expect(second.reference).toBe(first.reference);
  const other = await world().built({ ...files, 'server.js': `${printing};` });
  expect(other.reference).not.toBe(first.reference);
  execFileSync('chmod', ['+x', join(world().repository, 'server.js')]);
  expect((await world().built({})).reference).not.toBe(other.reference);
});

test.each<[string, Files, Partial<BuildSettings>, RegExp]>([
  [
    'an empty repository',
    { README: '' },
    {},
    /^no package\.json, Procfile or index\.html in the repository$/,
  ],
  ['a broken package.json', { 'package.json': '{' }, {}, /^package\.json is not JSON: /],
  [
    'a package.json of another shape',
    { 'package.json': '{"scripts":3}' },
    {},
    /^package\.json is not valid: scripts/,
  ],
  ['nothing to start', { 'package.json': '{}' }, {}, /^package\.json has no start script/],
  [
    'a build script that fails',
    { 'package.json': packageJson({ scripts: { build: 'exit 7' } }), 'server.js': '' },
    {},
    /^npm run build failed with exit code \d+$/,
  ],
  [
    'a build command that fails',
    { 'package.json': '{}' },
    { command: 'exit 7' },
    /^the build command failed with exit code 7$/,
  ],
  ['a context that is not there', { README: '' }, { context: 'apps/web' }, /^there is no folder "apps\/web"/],
  ['the dockerfile builder', { Dockerfile: '' }, { builder: 'dockerfile' }, /needs a cluster/],
  ['a Dockerfile alone', { Dockerfile: '' }, {}, /^only a Dockerfile in the repository/],
])('%s fails with one clear sentence', async (_, files, settings, reason) => {
  const key = await world().start(files, settings);
  const build = await world().ended(key);
  expect(build.phase).toBe('failed');
  expect(build.reason).toMatch(reason);
  expect(await world().logOf(key)).toContain(build.reason);
});

test('a Dockerfile beside a package.json is passed over, and the log says so', async () => {
  const image = await world().built({ 'package.json': '{}', 'server.js': printing, Dockerfile: 'FROM x' });
  expect(await world().logOf(image.key)).toContain('The Dockerfile is ignored');
});

test.each(['/etc/passwd', '../../../../../../../etc/passwd', 'deep/up/../../../outside'])(
  'a link to %s is refused',
  async (target) => {
    mkdirSync(join(world().repository, 'deep'), { recursive: true });
    symlinkSync('..', join(world().repository, 'deep', 'up'));
    symlinkSync(target, join(world().repository, 'link'));
    expect(await world().reasonOf({ 'package.json': '{}', 'server.js': '' })).toBe(
      '"link" is a link that leads out of the repository',
    );
  },
);

test('a link that the build makes out of the image is refused', async () => {
  const files = { 'package.json': '{}', 'server.js': '' };
  expect(await world().reasonOf(files, { command: 'ln -s /etc stolen' })).toMatch(
    /^"stolen": is a link that leads out of the image/,
  );
});
