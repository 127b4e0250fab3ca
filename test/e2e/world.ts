import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PlatformOptions, startPlatform } from '../../scripts/local/platform.ts';
import { App } from './app.ts';
import type { Files } from './files.ts';
import { ask } from './machine.ts';
import { cloneOf, type Repository } from './repository.ts';

/** A scene is several builds and starts, beside others. */
export const SCENES = { timeout: 90_000 };

const CITE = fileURLToPath(new URL('../../scripts/cli/cite.ts', import.meta.url));

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape each scene asserts
  readonly body: any;
}

export interface CiteRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What an App is reached by. */
export interface Reach {
  /** Names of Apps end with it. */
  readonly domain: string;
  /** How long a build and a start may take on a machine that is busy with other tests. */
  readonly patienceMs: number;
  /** A request to that name. */
  ask(host: string, path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** The API of the platform. */
  api(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** A platform of its own in a folder of its own, and all that a person reaches of it. */
export interface World extends Reach {
  readonly port: number;
  /** Its data folder. */
  readonly dir: string;
  /** What it signs webhooks with. */
  readonly webhookSecret: string;
  /** GitHub's API of the git host, below `/repos`. */
  github(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The command, as a process of its own. */
  cite(...args: string[]): Promise<CiteRun>;
  /** A clone of a new repository of acme, with these files pushed to its branch `main`. */
  aRepository(files: Files): Promise<Repository>;
  register(repository: Repository, settings?: object): Promise<App>;
  /** A repository with these files, registered. */
  anApp(files: Files, settings?: object): Promise<{ repository: Repository; app: App }>;
  close(): Promise<void>;
}

export async function openWorld(options: Partial<PlatformOptions> = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'cite-e2e-'));
  const dir = join(folder, 'data');
  const platform = await startPlatform({ dir, port: 0, isolate: false, ...options });
  const { port } = platform;
  const secrets = JSON.parse(readFileSync(join(dir, 'secrets.json'), 'utf8')) as {
    webhookSecret: string;
    githubToken: string;
  };
  let repositories = 0;

  const call = async (path: string, method: string, body: unknown, headers: Record<string, string>) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  };

  const world: World = {
    port,
    domain: 'localhost',
    patienceMs: 30_000,
    ask: (host, path) => ask(port, host, path),
    dir,
    webhookSecret: secrets.webhookSecret,
    api: (method, path, body) => call(path, method, body, {}),
    github: (method, path, body) =>
      call(`/api/v3/repos${path}`, method, body, { authorization: `token ${secrets.githubToken}` }),
    cite(...args) {
      const env = { PATH: process.env.PATH, HOME: folder, CITE_URL: `http://127.0.0.1:${port}` };
      const child = spawn(process.execPath, [CITE, ...args], {
        env,
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (part) => (out += part));
      child.stderr.on('data', (part) => (err += part));
      return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
    },
    async aRepository(files) {
      const name = `acme/shop${++repositories}`;
      const remote = `http://localhost:${port}/git/${name}.git`;
      const repository = await cloneOf(name, remote, join(folder, name));
      await repository.push(files, { message: `the first commit of ${name}` });
      return repository;
    },
    async register(repository, settings = {}) {
      const answer = await world.api('POST', '/api/apps', { repository: repository.name, ...settings });
      if (answer.status !== 201) throw new Error(`not registered: ${JSON.stringify(answer.body)}`);
      return new App(world, answer.body);
    },
    async anApp(files, settings) {
      const repository = await world.aRepository(files);
      return { repository, app: await world.register(repository, settings) };
    },
    async close() {
      await platform.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return world;
}
