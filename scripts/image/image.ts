import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { bundle } from './bundle.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
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
  .option('--node-image <image>', 'image with Node 24 to start from', 'node:24-slim')
  .parse();
const [reference = ''] = program.args;
const options = program.opts<{ with: (typeof builders)[number]; nodeImage: string }>();

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
  const dockerfile = join(root, 'Dockerfile');
  const nodeImage = `NODE_IMAGE=${options.nodeImage}`;
  switch (options.with) {
    case 'docker':
      await run(
        'docker',
        'buildx',
        'build',
        '--push',
        '--tag',
        reference,
        '--file',
        dockerfile,
        '--build-arg',
        nodeImage,
        '--metadata-file',
        metadata,
        context,
      );
      return digestOf(metadata);
    case 'buildctl':
      await run(
        'buildctl',
        'build',
        '--progress=plain',
        '--frontend=dockerfile.v0',
        '--opt',
        `build-arg:${nodeImage}`,
        '--local',
        `context=${context}`,
        '--local',
        `dockerfile=${root}`,
        '--output',
        `type=image,name=${reference},push=true`,
        '--metadata-file',
        metadata,
      );
      return digestOf(metadata);
    case 'podman':
      await run(
        'podman',
        'build',
        '--tag',
        reference,
        '--file',
        dockerfile,
        '--build-arg',
        nodeImage,
        context,
      );
      await run('podman', 'push', '--digestfile', metadata, reference);
      return readFileSync(metadata, 'utf8').trim();
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
