import { copyFile, cp, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildSettings } from '../../../shared/domain/app-spec.ts';
import { isInside } from '../images/tree.ts';
import { BuildFailure } from './failure.ts';
import { installAndBuild, readPackageJson } from './node-app.ts';

const server = fileURLToPath(new URL('./static-server.ts', import.meta.url));

/** Builds the site where it has a build, and puts it into `rootfs` beside the server that serves it. */
export async function buildStaticSite(
  folder: string,
  settings: BuildSettings,
  env: Readonly<Record<string, string>>,
  rootfs: string,
): Promise<readonly string[]> {
  await installAndBuild(folder, await readPackageJson(folder), settings, env);
  const site = await realpath(join(folder, settings.output ?? '.')).catch(() => undefined);
  const name = settings.output ?? 'the context';
  if (!site || !(await stat(site)).isDirectory())
    throw new BuildFailure(`${JSON.stringify(name)} is not a folder after the build: correct build.output`);
  if (!isInside(await realpath(folder), site))
    throw new BuildFailure(`${JSON.stringify(name)} leads out of the repository`);
  await mkdir(rootfs, { recursive: true });
  await cp(site, join(rootfs, 'site'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => basename(path) !== 'node_modules',
  });
  await copyFile(server, join(rootfs, 'server.ts'));
  return ['node', 'server.ts', 'site'];
}
