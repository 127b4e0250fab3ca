import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { BuildSettings } from '../../../shared/domain/app-spec.ts';
import { BuildFailure } from './failure.ts';
import { dependsOnSomething, type PackageJson, parsePackageJson } from './package-json.ts';
import { startCommand } from './start-command.ts';
import { say, step } from './step.ts';

type Env = Readonly<Record<string, string>>;
const LOCKFILES = ['package-lock.json', 'npm-shrinkwrap.json'];

/** Installs, builds and prunes a Node app in its folder; gives the command that starts it. */
export async function buildNodeApp(
  folder: string,
  settings: BuildSettings,
  env: Env,
): Promise<readonly string[]> {
  const json = await readPackageJson(folder);
  const procfile = await readFile(join(folder, 'Procfile'), 'utf8').catch(() => undefined);
  await installAndBuild(folder, json, settings, env);
  if (json && Object.keys(json.devDependencies).length) await npm(folder, env, 'prune', '--omit=dev');
  const isFile = (path: string) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() ?? false;
  return startCommand(procfile, json, isFile);
}

/** The lockfile decides what is installed where there is one. */
export async function installAndBuild(
  folder: string,
  json: PackageJson | undefined,
  settings: BuildSettings,
  env: Env,
): Promise<void> {
  if (LOCKFILES.some((name) => existsSync(join(folder, name)))) await npm(folder, env, 'ci');
  else if (json && dependsOnSomething(json)) {
    say('There is no package-lock.json: versions are not fixed, the next build may get others.');
    await npm(folder, env, 'install');
  }
  if (settings.command !== undefined) {
    const PATH = [join(folder, 'node_modules', '.bin'), env.PATH].join(delimiter);
    const command = ['sh', '-c', settings.command];
    await step({ name: 'the build command', command, cwd: folder, env: { ...env, PATH } });
  } else if (json?.scripts.build !== undefined) await npm(folder, env, 'run', 'build');
}

/** Undefined: there is none. */
export async function readPackageJson(folder: string): Promise<PackageJson | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new BuildFailure(`package.json cannot be read: ${error.code}`);
  });
  return text === undefined ? undefined : parsePackageJson(text);
}

const npm = (cwd: string, env: Env, ...args: string[]) =>
  step({
    name: ['npm', ...args].join(' '),
    command: ['npm', ...args],
    cwd,
    env: { ...env, npm_config_audit: 'false', npm_config_fund: 'false', npm_config_progress: 'false' },
  });
