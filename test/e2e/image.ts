import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageFolder } from '../../scripts/local/images/image-folder.ts';
import type { Files } from './files.ts';

/** What an external CI does: puts an image of a Node app into the registry, under that name and tag; gives its digest. */
export async function putImage(dataDir: string, reference: string, files: Files): Promise<string> {
  await mkdir(join(dataDir, 'images'), { recursive: true });
  const rootfs = await mkdtemp(join(dataDir, 'images', 'ci-'));
  for (const [path, text] of Object.entries(files)) await writeFile(join(rootfs, path), text ?? '');
  const images = new ImageFolder(dataDir);
  const digest = await images.take(rootfs, { command: ['node', 'server.js'], env: {}, workdir: '.' });
  await images.tag(reference, digest);
  return digest;
}
