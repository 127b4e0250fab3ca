import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Records } from '../cluster/records/records.ts';
import { removeTree } from '../remove-tree.ts';
import { openDatabase } from '../store/database.ts';

const EVERY_MS = 10 * 60_000;

/** Between an image's making and the first record that names it are seconds. */
const YOUNG_MS = 60 * 60_000;
/** Of a build; every other tag is a person's. */
const BUILD_TAG = /:b-[0-9a-f]+$/;
const DIGEST = /sha256:[0-9a-f]{64}/g;

/** Now and every few minutes, until it is stopped. */
export function pruning(options: { dir: string; clock: () => Date; failed: (err: unknown) => void }) {
  let round: Promise<void> = Promise.resolve();
  const prune = () => {
    round = round.then(() => pruneImages(options.dir, options.clock)).catch(options.failed);
  };
  prune();
  const timer = setInterval(prune, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return round;
    },
  };
}

/**
 * Removes the images, with their builds' tags, that nothing can start any more: no Workload, App or build Job names
 * them, no Build that the store still knows (a Change takes its image from there), and no tag of a person.
 */
export async function pruneImages(dir: string, clock: () => Date): Promise<void> {
  const images = join(dir, 'images');
  const tags = await tagsIn(join(images, 'tags'));
  const needed = neededDigests(dir, clock);
  for (const { reference, digest } of tags) if (!BUILD_TAG.test(reference)) needed.add(digest);

  for (const hash of await namesIn(join(images, 'sha256'))) {
    const folder = join(images, 'sha256', hash);
    const isYoung = async () => clock().getTime() - (await stat(folder)).mtimeMs < YOUNG_MS;
    if (needed.has(`sha256:${hash}`) || (await isYoung())) continue;
    for (const tag of tags) if (tag.digest === `sha256:${hash}`) await rm(tag.file, { force: true });
    // One that is made again meanwhile is young: ImageFolder touches it.
    if (await isYoung()) continue;
    const going = join(images, `going-${hash}`);
    // In one step: there is never half of an image.
    await rename(folder, going);
    await removeTree(going);
  }
}

function neededDigests(dir: string, clock: () => Date): Set<string> {
  const records = new Records(dir, clock);
  const { sql } = openDatabase(join(dir, 'store.sqlite'));
  try {
    const texts = [
      ...records.list('Deployment').map(({ body }) => body.release.image),
      ...records.list('App').map(({ body }) => body.lastRelease?.image ?? ''),
      ...records.list('Job').map(({ body }) => body.image ?? ''),
      ...sql
        .prepare('select value from builds')
        .all()
        .map(({ value }) => String(value)),
    ];
    return new Set(texts.flatMap((text) => text.match(DIGEST) ?? []));
  } finally {
    records.close();
    sql.close();
  }
}

async function tagsIn(folder: string) {
  const tags = (await namesIn(folder)).map(async (name) => {
    const file = join(folder, name);
    const { reference, digest } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    return { file, reference: String(reference), digest: String(digest) };
  });
  return await Promise.all(tags);
}

/** Without those that are being written. */
const namesIn = async (folder: string) =>
  (await readdir(folder).catch(() => [])).filter((name) => /^[0-9a-f]{64}$/.test(name));
