import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { bundle } from './bundle.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const builders = ['docker', 'podman', 'buildctl'] as const;

const program = new Command('image')
  .description(
    'Builds the image of the platform and pushes it. Prints it with its digest, for kustomization.yaml.',
  )
  .argument('<reference>', 'where to: registry/path:tag')
  .addOption(
    new Option('--with <builder>', 'what builds it; buildctl asks the BuildKit that BUILDKIT_HOST names')
      .choices(builders)
      .default(process.env.BUILDKIT_HOST ? 'buildctl' : 'docker'),
  )
  .option('--platform <platform>', 'that of the nodes, such as linux/amd64; default: that of the builder')
  .option('--node-image <image>', 'image with Node 24 to start from', 'node:24-slim')
  .parse();
const [reference = ''] = program.args;
const options = program.opts<{ with: (typeof builders)[number]; nodeImage: string; platform?: string }>();

const folder = mkdtempSync(join(tmpdir(), 'cite-image-'));
try {
  const context = join(folder, 'context');
  await bundle(context);
  const digest = await push(context, join(folder, 'metadata'));
  process.stdout.write(`${reference.replace(/:[^:/]*$/, '')}@${digest}\n`);
} catch (err) {
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Gives the digest of what was pushed. */
async function push(context: string, metadata: string): Promise<string> {
  const { nodeImage, platform } = options;
  const settings = ['--file', join(here, 'Dockerfile'), '--build-arg', `NODE_IMAGE=${nodeImage}`];
  if (platform) settings.push('--platform', platform);
  switch (options.with) {
    case 'docker': {
      const pushing = ['--push', '--metadata-file', metadata];
      await run('docker', 'buildx', 'build', '--tag', reference, ...settings, ...pushing, context);
      return digestOf(metadata);
    }
    case 'podman':
      await run('podman', 'build', '--tag', reference, ...settings, context);
      await run('podman', 'push', '--digestfile', metadata, reference);
      return readFileSync(metadata, 'utf8').trim();
    case 'buildctl': {
      const source = ['--local', `context=${context}`, '--local', `dockerfile=${here}`];
      const opts = [`build-arg:NODE_IMAGE=${nodeImage}`, ...(platform ? [`platform=${platform}`] : [])];
      const output = ['--output', `type=image,name=${reference},push=true`, '--metadata-file', metadata];
      const recipe = ['--frontend', 'dockerfile.v0', ...opts.flatMap((opt) => ['--opt', opt])];
      await run('buildctl', 'build', '--progress', 'plain', ...recipe, ...source, ...output);
      return digestOf(metadata);
    }
  }
}

function digestOf(metadata: string): string {
  const known = z.object({ 'containerimage.digest': z.string() });
  return known.parse(JSON.parse(readFileSync(metadata, 'utf8')))['containerimage.digest'];
}

/** What it prints goes to stderr: stdout is for the image alone. */
async function run(command: string, ...args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 2, 2] });
  const [code] = (await once(child, 'exit').catch((err: NodeJS.ErrnoException) => {
    if (err.code !== 'ENOENT') throw err;
    throw new Error(`${command} is not installed: choose another one by --with (${builders.join(', ')})`);
  })) as [number | null];
  if (code !== 0) throw new Error(`${command} failed (${code}): the lines above say why`);
}
