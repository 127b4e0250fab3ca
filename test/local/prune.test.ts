import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { Records } from '../../scripts/local/cluster/records/records.ts';
import { ImageFolder } from '../../scripts/local/images/image-folder.ts';
import { pruneImages } from '../../scripts/local/images/prune.ts';
import { sqliteStore } from '../../scripts/local/store/store.ts';
import { buildSettings } from '../../shared/domain/app-spec.ts';
import { podWorlds } from './pod-world.ts';
import { putImage } from './world.ts';

const world = podWorlds();
const clock = () => new Date();
const key = (digit: string) => digit.repeat(32);
let images: ImageFolder;

beforeEach(() => {
  images = new ImageFolder(world().dir);
});

const digestOf = (reference: string) => reference.slice(reference.indexOf('@') + 1);
const folderOf = (reference: string) =>
  join(world().dir, 'images', 'sha256', digestOf(reference).slice('sha256:'.length));
const isThere = (reference: string) => existsSync(join(folderOf(reference), 'image.json'));

/** An image of this content, made two days ago. */
async function image(content: string): Promise<string> {
  const reference = await putImage(world().dir, { 'server.js': content });
  const then = new Date(Date.now() - 2 * 86_400_000);
  utimesSync(folderOf(reference), then, then);
  return reference;
}

test('an image that nothing needs goes, with the tags of its builds', async () => {
  const unneeded = await image('unneeded');
  const tag = `local/acme/shop:b-${key('a')}`;
  await images.tag(tag, digestOf(unneeded));
  await pruneImages(world().dir, clock);
  expect(isThere(unneeded)).toBe(false);
  expect(await images.resolve(tag)).toBeUndefined();
  expect(readdirSync(join(world().dir, 'images')).filter((name) => name.startsWith('going'))).toEqual([]);
});

test('one that a Workload runs stays, and so does one that a Build of the store or a Job names', async () => {
  const [run, built, job] = [await image('run'), await image('built'), await image('job')];
  await world().want(run);
  const store = sqliteStore({ file: join(world().dir, 'store.sqlite'), clock });
  const at = clock().toISOString();
  const commit = 'c'.repeat(40);
  await store.saveBuild({
    key: key('b'),
    repository: 'acme/shop',
    commit,
    state: 'succeeded',
    image: built,
    startedAt: at,
    revision: 0,
  });
  await store.close();
  const records = new Records(world().dir, clock);
  const body = { key: key('d'), repository: 'acme/shop', commit, cloneUrl: 'file:///', timeoutSeconds: 60 };
  const settings = buildSettings.parse({});
  const ended = { ...body, settings, folder: 'none', phase: 'succeeded' as const, image: job };
  records.insert('Job', { namespace: 'cite-builds', name: key('d') }, {}, ended);
  records.close();
  await images.tag(`local/acme/shop:b-${key('b')}`, digestOf(built));

  await pruneImages(world().dir, clock);
  expect([run, built, job].map(isThere)).toEqual([true, true, true]);
  expect(await images.resolve(`local/acme/shop:b-${key('b')}`)).toBe(built);
});

test('one that a person gave a tag stays', async () => {
  const tagged = await image('tagged');
  await images.tag('registry.example.com/acme/shop:v1', digestOf(tagged));
  await pruneImages(world().dir, clock);
  expect(isThere(tagged)).toBe(true);
});

test('one that was made within the hour stays, the same content made again too', async () => {
  const fresh = await putImage(world().dir, { 'server.js': 'fresh' });
  const again = await image('again');
  await putImage(world().dir, { 'server.js': 'again' });
  await pruneImages(world().dir, clock);
  expect([fresh, again].map(isThere)).toEqual([true, true]);
});
