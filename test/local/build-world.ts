import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { supervisor } from '../../scripts/local/cluster/supervisor/supervisor.ts';
import { type Image, ImageFolder } from '../../scripts/local/images/image-folder.ts';
import { type BuildSettings, buildSettings } from '../../shared/domain/app-spec.ts';
import type { NewBuildJob } from '../../shared/ports/cluster.ts';
import { uniqueKey } from '../contract/cluster/world.ts';
import { address, commitFiles, type Files, temporaryFolder } from './world.ts';

const clock = () => new Date();

/** Prints what it is given and ends: enough to see how an image is started. */
export const printing =
  'console.log(JSON.stringify({ word: process.argv[2] ?? null, node: process.version }))';

export const packageJson = (json: object) => JSON.stringify({ name: 'shop', version: '1.0.0', ...json });

export const eventually = <T>(check: () => Promise<T> | T) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** For each test a data folder, a git repository in it, and a supervisor that builds. */
export class BuildWorld {
  readonly dir: string;
  readonly repository: string;
  readonly images: ImageFolder;
  readonly cluster: ReturnType<typeof localCluster>;
  machine: ReturnType<typeof supervisor>;
  readonly #remove: () => void;

  constructor() {
    ({ dir: this.dir, remove: this.#remove } = temporaryFolder());
    this.repository = join(this.dir, 'repository');
    this.images = new ImageFolder(this.dir);
    this.cluster = localCluster({ dir: this.dir, clock, serviceAddress: address });
    this.machine = this.#newMachine();
  }

  async close(): Promise<void> {
    await this.machine.close();
    this.cluster.close();
    this.#remove();
  }

  /** Another run of the platform on the same folder. */
  async startAgain(): Promise<void> {
    this.machine = this.#newMachine();
    await this.machine.start();
  }

  async start(
    files: Files,
    settings: Partial<BuildSettings> = {},
    job: Partial<NewBuildJob> = {},
  ): Promise<string> {
    const key = uniqueKey();
    await this.cluster.startBuildJob({
      key,
      repository: 'Acme/Shop',
      commit: commitFiles(this.repository, files),
      cloneUrl: pathToFileURL(this.repository).href,
      settings: buildSettings.parse(settings),
      timeoutSeconds: 60,
      ...job,
    });
    return key;
  }

  ended(key: string) {
    return eventually(async () => {
      const build = await this.cluster.getBuildJob(key);
      if (!build || build.phase === 'running') throw new Error(`${key} is running`);
      return build;
    });
  }

  async built(
    ...given: Parameters<BuildWorld['start']>
  ): Promise<Image & { reference: string; key: string }> {
    const key = await this.start(...given);
    const { image: reference = '', reason } = await this.ended(key);
    expect(reason).toBeUndefined();
    const image = await this.images.find(reference);
    if (!image) throw new Error(`${reference} is not in the image folder`);
    return { ...image, reference, key };
  }

  async reasonOf(...given: Parameters<BuildWorld['start']>): Promise<string> {
    const build = await this.ended(await this.start(...given));
    expect(build).toMatchObject({ phase: 'failed', reason: expect.any(String) });
    expect(build.image).toBeUndefined();
    return build.reason ?? '';
  }

  async logOf(key: string): Promise<string> {
    let text = '';
    for await (const part of this.cluster.buildJobLog(key, {})) text += part;
    return text;
  }

  #newMachine() {
    return supervisor({ dir: this.dir, clock, log: pino({ level: 'silent' }), closeGraceMs: 200 });
  }
}

/** A world of its own for every test of the file. */
export function buildWorlds(): () => BuildWorld {
  let world: BuildWorld | undefined;
  beforeEach(async () => {
    world = new BuildWorld();
    await world.machine.start();
  });
  afterEach(() => world?.close());
  return () => world as BuildWorld;
}
