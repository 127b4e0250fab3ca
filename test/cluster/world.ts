import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../e2e/app.ts';
import type { Files } from '../e2e/files.ts';
import { cloneOf, type Repository } from '../e2e/repository.ts';
import type { Answer, CiteRun, Reach } from '../e2e/world.ts';
import { type ClusterGitHost, startGitHost } from './git-host.ts';
import { publish } from './hosts.ts';
import { API_TOKEN, CONSOLE, install, RECEIVER, REDIS_FOLDER } from './install.ts';
import { GATEWAY, type Machine, platformImage, startMachine } from './machine.ts';

/** Cold functions, a build and a start, on two cores that the cluster itself is busy with. */
const PATIENCE_MS = 120_000;
export const SCENES = { timeout: 300_000 };

/** The platform on a whole cluster, and all that a person reaches of it. */
export interface ClusterWorld extends Reach {
  readonly machine: Machine;
  readonly gitHost: ClusterGitHost;
  /** The image that is installed. */
  readonly image: string;
  /** GitHub's API of the git host, below `/repos`. */
  github(method: string, path: string, body?: unknown): Promise<Answer>;
  cite(...args: string[]): Promise<CiteRun>;
  /** A clone of a new repository of this owner, with these files pushed to its branch `main`. */
  aRepository(files: Files, owner?: string): Promise<Repository>;
  register(repository: Repository, settings?: object): Promise<App>;
  anApp(files: Files, settings?: object): Promise<{ repository: Repository; app: App }>;
}

let opened: Promise<ClusterWorld> | undefined;

/** One for all files: a cluster takes minutes. It ends with the tests (stop.ts). */
export function openWorld(): Promise<ClusterWorld> {
  opened ??= open();
  return opened;
}

async function open(): Promise<ClusterWorld> {
  const machine = await startMachine();
  const image = await platformImage(machine);
  const gitHost = await startGitHost();
  publish(CONSOLE, RECEIVER);
  mkdirSync(REDIS_FOLDER, { recursive: true });
  chownSync(REDIS_FOLDER, 999, 999);
  await install(machine, { image, gitHost });
  const folder = mkdtempSync(join(tmpdir(), 'cite-cluster-e2e-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  let repositories = 0;

  const call = async (url: string, method: string, body: unknown, authorization: string): Promise<Answer> => {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', authorization },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  };

  const world: ClusterWorld = {
    machine,
    gitHost,
    image,
    domain: 'apps.cite.test',
    patienceMs: PATIENCE_MS,
    ask: askGateway,
    api: (method, path, body) => call(`http://${CONSOLE}${path}`, method, body, `Bearer ${API_TOKEN}`),
    github: (method, path, body) =>
      call(`${gitHost.url}/api/v3/repos${path}`, method, body, `token ${gitHost.token}`),
    cite(...args) {
      const { PATH } = process.env;
      const env = { PATH, HOME: folder, CITE_URL: `http://${CONSOLE}`, CITE_TOKEN: API_TOKEN };
      const child = spawn(process.execPath, [join(process.cwd(), 'scripts/cli/cite.ts'), ...args], {
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
    async aRepository(files, owner = 'acme') {
      const name = `${owner}/shop${++repositories}`;
      const repository = await cloneOf(name, `${gitHost.url}/git/${name}.git`, join(folder, name));
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
  };
  return world;
}

/** As a visitor whose DNS leads to the gateway. */
function askGateway(host: string, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: GATEWAY, port: 80, path, headers: { host }, agent: false, timeout: 30_000 }, (res) => {
      res.toArray().then((parts) => {
        resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString().trim() });
      }, reject);
    })
      .once('timeout', function (this: { destroy(err: Error): void }) {
        this.destroy(new Error('no answer in 30 s'));
      })
      .once('error', reject)
      .end();
  });
}
