import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../../shared/domain/build.ts';
import { InvalidError } from '../../../shared/domain/errors.ts';
import type { Registry } from '../../../shared/ports/registry.ts';
import { escapingLink, listTree, nameNotUtf8 } from './tree.ts';

/** How an image is started. */
export interface ImageConfig {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the image that the command is started in. */
  readonly workdir: string;
}

export interface Image extends ImageConfig {
  /** Read only by agreement: a pod gets a copy. */
  readonly rootfs: string;
}

/** Looser than a registry's rule where repositories are: `.github` is one. Never a path of its own. */
const NAME = String.raw`[a-z0-9][a-z0-9.-]*(?::\d+)?(?:/(?!\.{1,2}(?:[/:@]|$))[a-z0-9._-]+)+`;
const REFERENCE = new RegExp(`^(${NAME})(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?$`);
const WITH_DIGEST = new RegExp(`^(${NAME})@(sha256:[0-9a-f]{64})$`);

/**
 * Images of one machine, in `<data folder>/images`: a folder named for the digest of what is in it, and one file per
 * tag. Nothing is ever changed in place, so that several processes may use it. It is also the registry: a tag leads to
 * a digest, whoever put it there. What nothing needs any longer goes
 * (prune.ts).
 */
export class ImageFolder implements Registry {
  readonly #dir: string;

  constructor(dataDir: string) {
    this.#dir = join(dataDir, 'images');
  }

  /** Takes the folder `rootfs` over as an image (it is gone afterwards). Same content, same `sha256:…`. */
  async take(rootfs: string, config: ImageConfig): Promise<string> {
    const foreign = await nameNotUtf8(rootfs);
    if (foreign !== undefined)
      throw new InvalidError('file name', `is not UTF-8: ${foreign}`, 'Rename the file.');
    const escaping = await escapingLink(rootfs);
    if (escaping !== undefined)
      throw new InvalidError(JSON.stringify(escaping), 'is a link that leads out of the image', 'Remove it.');
    const hash = createHash('sha256')
      .update(canonicalJson([config, await listTree(rootfs)]))
      .digest('hex');

    const coming = join(this.#dir, 'coming', randomBytes(8).toString('hex'));
    await mkdir(coming, { recursive: true });
    await mkdir(join(this.#dir, 'sha256'), { recursive: true });
    await rename(rootfs, join(coming, 'rootfs'));
    await writeFile(join(coming, 'image.json'), JSON.stringify(config, null, 2));
    await rename(coming, this.#folder(hash)).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      // The very same content is there already: as good as new, or it might be pruned before it is named.
      await utimes(this.#folder(hash), new Date(), new Date());
    });
    await rm(coming, { recursive: true, force: true });
    return `sha256:${hash}`;
  }

  /** Makes `registry/name:tag` lead to an image; gives `registry/name@sha256:…`. A tag may move, a digest cannot. */
  async tag(reference: string, digest: string): Promise<string> {
    const [, name, tag] = REFERENCE.exec(reference) ?? [];
    if (!name || !tag || !/^sha256:[0-9a-f]{64}$/.test(digest))
      throw new InvalidError('image', 'is not registry/name:tag', 'Use a-z, 0-9, ., _ and - in its name.');
    const file = this.#tagFile(reference);
    const coming = `${file}.${randomBytes(8).toString('hex')}`;
    await mkdir(join(this.#dir, 'tags'), { recursive: true });
    await writeFile(coming, JSON.stringify({ reference, digest }));
    await rename(coming, file);
    return `${name}@${digest}`;
  }

  async resolve(reference: string): Promise<string | undefined> {
    if (WITH_DIGEST.test(reference)) return (await this.find(reference)) && reference;
    const [, name, tag = 'latest'] = REFERENCE.exec(reference) ?? [];
    if (!name) return undefined;
    const text = await readFile(this.#tagFile(`${name}:${tag}`), 'utf8').catch(missing);
    return text && `${name}@${(JSON.parse(text) as { digest: string }).digest}`;
  }

  /** Of `registry/name@sha256:…`; undefined: it is not here. Only the digest counts: the name is for people. */
  async find(reference: string): Promise<Image | undefined> {
    const hash = WITH_DIGEST.exec(reference)?.[2]?.slice('sha256:'.length);
    if (!hash) return undefined;
    const text = await readFile(join(this.#folder(hash), 'image.json'), 'utf8').catch(missing);
    if (text === undefined) return undefined;
    return { ...(JSON.parse(text) as ImageConfig), rootfs: join(this.#folder(hash), 'rootfs') };
  }

  #folder = (hash: string) => join(this.#dir, 'sha256', hash);

  /** Named for a hash: a reference may be longer than a file name, and holds `/`. */
  #tagFile = (reference: string) =>
    join(this.#dir, 'tags', createHash('sha256').update(reference).digest('hex'));
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
