import { existsSync } from 'node:fs';
import { cp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { NewBuildJob } from '../../../shared/ports/cluster.ts';
import { credentialOf } from '../cluster/folders.ts';
import { MARKER } from '../cluster/supervisor/marker.ts';
import type { ImageFolder } from '../images/image-folder.ts';
import { escapingLink, nameNotUtf8 } from '../images/tree.ts';
import { chooseBuilder } from './choose.ts';
import { checkout } from './clone.ts';
import { BuildFailure } from './failure.ts';
import { buildNodeApp } from './node-app.ts';
import { buildStaticSite } from './static-site.ts';
import { say } from './step.ts';

/** The command of the app finds its programs by itself; what else it needs of its environment comes from the App. */
const imageEnv = { NODE_ENV: 'production' };

/** From a commit to an image in the folder: `local/owner/repo@sha256:…`, tagged `b-<key>`. BuildFailure says why not. */
export async function build(
  job: Omit<NewBuildJob, 'credential'>,
  folder: string,
  images: ImageFolder,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const source = await fetchSource(job, folder, env);
  const foreign = await nameNotUtf8(source);
  if (foreign !== undefined) throw new BuildFailure(`file name is not UTF-8: ${foreign}: rename the file`);
  // The source stays as it is: a build that is started again starts from it.
  const tree = join(folder, 'work', 'tree');
  await cp(source, tree, { recursive: true, verbatimSymlinks: true });
  const escaping = await escapingLink(tree);
  if (escaping !== undefined)
    throw new BuildFailure(`${JSON.stringify(escaping)} is a link that leads out of the repository`);

  const { settings } = job;
  const context = await realpath(join(tree, settings.context)).catch(() => undefined);
  if (!context || !(await stat(context)).isDirectory())
    throw new BuildFailure(`there is no folder ${JSON.stringify(settings.context)}: correct build.context`);
  const { builder, note } = chooseBuilder(settings.builder, findIn(context), settings.context);
  if (note) say(note);
  const buildEnv = { ...env, ...settings.env, [MARKER]: env[MARKER] ?? '' };

  const digest =
    builder === 'node'
      ? await images.take(tree, {
          command: await buildNodeApp(context, settings, buildEnv),
          env: imageEnv,
          workdir: relative(await realpath(tree), context) || '.',
        })
      : await takeSite(images, join(folder, 'work', 'site'), (rootfs) =>
          buildStaticSite(context, settings, buildEnv, rootfs),
        );
  return images.tag(`local/${job.repository.toLowerCase()}:b-${job.key}`, digest);
}

async function takeSite(
  images: ImageFolder,
  rootfs: string,
  fill: (rootfs: string) => Promise<readonly string[]>,
): Promise<string> {
  const command = await fill(rootfs);
  return images.take(rootfs, { command, env: imageEnv, workdir: '.' });
}

/** Once: the credential is gone from the disk before anything of the repository runs. */
async function fetchSource(
  job: Omit<NewBuildJob, 'credential'>,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const source = join(folder, 'source');
  const credential = await readFile(credentialOf(folder), 'utf8').catch(() => undefined);
  if (!existsSync(source)) {
    const { cloneUrl, commit } = job;
    const from = { cloneUrl, commit, ...(credential !== undefined && { credential }) };
    await checkout(from, source, join(folder, 'work'), env);
  }
  await rm(credentialOf(folder), { force: true });
  return source;
}

function findIn(context: string) {
  const has = (name: string) => existsSync(join(context, name));
  return {
    packageJson: has('package.json'),
    procfile: has('Procfile'),
    indexHtml: has('index.html'),
    dockerfile: has('Dockerfile'),
  };
}
