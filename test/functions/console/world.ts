import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HTTP } from 'cloudevents';
import { pino } from 'pino';
import { handle } from '../../../functions/console/handle.ts';
import { localCluster } from '../../../scripts/local/cluster/cluster.ts';
import { gitHost } from '../../../scripts/local/git-host/git-host.ts';
import { sqliteStore } from '../../../scripts/local/store/store.ts';
import { brokerEvents } from '../../../shared/adapters/broker/events.ts';
import { github } from '../../../shared/adapters/github/github.ts';
import type { App, AppRef } from '../../../shared/domain/app.ts';
import type { AppSpecInput } from '../../../shared/domain/app-spec.ts';
import { appSpec } from '../../../shared/domain/app-spec.ts';
import { type Change, type NewChange, openChange } from '../../../shared/domain/change.ts';
import type { DeadLetter } from '../../../shared/domain/dead-letter.ts';
import type { PodSettings, Release } from '../../../shared/domain/release.ts';
import type { Cluster, WorkloadChange } from '../../../shared/ports/cluster.ts';
import type { SignIn } from '../../../shared/ports/sign-in.ts';
import type { Store } from '../../../shared/ports/store.ts';
import { host } from '../../../shared/runtime/host.ts';
import { address, commitFiles, type Files, git, temporaryFolder } from '../../local/world.ts';

export type ConsoleWorld = Awaited<ReturnType<typeof openConsole>>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what the test is about
  readonly body: any;
}

/** Where code hosts would tell of pushes. */
export const WEBHOOK_URL = 'http://127.0.0.1:1/webhooks';
const GIT_HOST_TOKEN = 'token-of-the-git-host';

interface Options {
  readonly API_TOKEN?: string;
  readonly ALLOWED_REGISTRIES?: string[];
  readonly CONSOLE_URL?: string;
  readonly ADMINS?: string[];
  readonly REPOSITORY_OWNERS?: string[];
  /** Where people sign in. */
  readonly signIn?: SignIn;
  readonly clock?: () => Date;
  /** Where it listens; by default where there is room. */
  readonly port?: number;
}

/**
 * The console on its own port with real adapters; the broker is a sink that keeps the events it is sent. `around` is for
 * what befalls the cluster on the way to it, `aroundStore` the store.
 */
export async function openConsole(
  { signIn, clock = () => new Date(), port = 0, ...config }: Options = {},
  around: (cluster: Cluster) => Cluster = (it) => it,
  aroundStore: (store: Store) => Store = (it) => it,
) {
  const { dir, remove } = temporaryFolder();
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const cluster = localCluster({ dir, clock, serviceAddress: address });
  const store = sqliteStore({ file: join(dir, 'store.db'), clock });

  let gitUrl = '';
  const repositories = join(dir, 'repositories');
  const gits = gitHost({
    root: repositories,
    file: join(dir, 'git-host.db'),
    token: GIT_HOST_TOKEN,
    url: () => gitUrl,
    log,
  });
  const limits: { core?: object; isSilent?: boolean; asked: number } = { asked: 0 };
  // The git host is one without limits; GitHub has one for each token.
  const gitServer = createServer((req, res) => {
    if (req.url !== '/api/v3/rate_limit') return void gits.handle(req, res);
    limits.asked++;
    if (limits.isSilent) return;
    if (!limits.core) return void gits.handle(req, res);
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ resources: { core: limits.core, search: limits.core }, rate: limits.core }));
  });
  gitUrl = await listen(gitServer);

  const sink = await openSink();
  const ports = {
    cluster: around(cluster),
    store: aroundStore(store),
    codeHost: github({ apiUrl: `${gitUrl}/api/v3`, token: GIT_HOST_TOKEN, cloneUrl: `${gitUrl}/git` }),
    events: brokerEvents({ url: sink.url, source: 'console', clock }),
    signIn,
    clock,
    newId: randomUUID,
    log,
    config: { ALLOWED_REGISTRIES: [], PLATFORM_NAMESPACE: 'cite-system', WEBHOOK_URL, ...config },
  };
  const server = host('console', handle(ports));
  const url = await listen(server, port);

  return {
    url,
    /** Where its repositories are: https://host/owner/name.git of a real code host. */
    gitUrl: `${gitUrl}/git`,
    dir,
    cluster,
    store,
    codeHost: ports.codeHost,
    /** What GitHub says of its limit, and how often it was asked. */
    limits,
    /** Lines that were logged. */
    lines,
    emitted: sink.emitted,
    closeSink: sink.close,
    ask: (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      ask(url, method, path, body === undefined ? undefined : JSON.stringify(body), headers),
    send: (method: string, path: string, body: string, headers: Record<string, string>) =>
      ask(url, method, path, body, headers),
    /** Makes a repository with one commit on main; gives the commit. */
    repository(
      name: string,
      files: Files = { 'index.html': 'hello' },
      branches: readonly string[] = [],
      message?: string,
    ): string {
      const work = join(dir, 'work', name);
      const commit = commitFiles(work, files, message);
      for (const branch of branches) git(work, 'branch', branch);
      git(dir, 'clone', '--quiet', '--bare', work, join(repositories, `${name.toLowerCase()}.git`));
      return commit;
    },
    async close() {
      await Promise.all([stop(server), stop(gitServer), sink.close()]);
      await gits.close();
      cluster.close();
      await store.close();
      remove();
    },
  };
}

/** An App that is there already, with its Service and one Workload per given state; the first is r1. */
export async function givenApp(
  { cluster, store }: Pick<ConsoleWorld, 'cluster' | 'store'>,
  options: {
    readonly ref?: AppRef;
    readonly spec?: Partial<AppSpecInput>;
    readonly live?: number;
    readonly releases?: readonly (WorkloadChange & {
      readonly pods?: number;
      readonly image?: string;
      readonly pod?: Partial<PodSettings>;
    })[];
  } = {},
): Promise<App> {
  const ref = options.ref ?? { namespace: `t-${randomUUID().slice(0, 8)}`, name: 'shop' };
  await cluster.createNamespace(ref.namespace, 'acme');
  const spec = appSpec.parse({ repository: 'acme/shop', branch: 'main', ...options.spec });
  let app = await cluster.createApp(ref, spec);
  await cluster.ensureService(app);
  for (const [i, { pods = 1, image = anImage, pod: own, ...state }] of (options.releases ?? []).entries()) {
    const release = releaseOf(app, i + 1, image);
    const { port, readiness, liveness, minReadySeconds, env, resources } = spec;
    const times = { progressDeadlineSeconds: 60, terminationGracePeriodSeconds: 1 };
    const pod = { port, readiness, liveness, minReadySeconds, env, resources, ...times, ...own };
    await cluster.createWorkload({ app, release, replicas: pods, pod, secret: {} });
    const workload = await cluster.getWorkload(app, release.number);
    if (workload) await cluster.updateWorkload(workload, state);
    app = await cluster.updateApp(app, { lastRelease: release });
    await givenChange({ store }, app, {
      id: release.change,
      commit: release.commit,
      title: `Commit of r${release.number}`,
      release: release.number,
      verdict: { outcome: 'deployed', release: release.number },
      state: 'ended',
    });
  }
  const service = await cluster.getService(app);
  if (service && options.live) await cluster.switchService(service, options.live, new Date());
  return app;
}

export const commitOf = (release: number) => release.toString(16).padStart(40, 'c');

const anImage = `local/acme/shop@sha256:${'a'.repeat(64)}`;

const releaseOf = (app: App, number: number, image: string): Release => ({
  number,
  change: `${app.uid}/push-${number}`,
  commit: commitOf(number),
  image,
  specHash: 'f'.repeat(64),
  createdAt: new Date().toISOString(),
});

export async function givenChange(
  { store }: Pick<ConsoleWorld, 'store'>,
  app: App,
  change: Partial<NewChange>,
): Promise<Change> {
  const opened = openChange(
    {
      id: `${app.uid}/${randomUUID()}`,
      app: { namespace: app.namespace, name: app.name, uid: app.uid },
      repository: app.spec.repository,
      branch: app.spec.branch,
      kind: 'push',
      commit: randomUUID().replaceAll('-', '').padEnd(40, '0'),
      title: 'Add a till',
      author: 'Ann',
      state: 'building',
      reason: 'its build runs',
      ...change,
    },
    laterThanBefore(),
  );
  return (await store.openChange(opened)).change;
}

/** An event that nobody took; gives its id. */
export async function aDeadLetter(
  { store }: Pick<ConsoleWorld, 'store'>,
  letter: Partial<DeadLetter> = {},
): Promise<string> {
  const id = randomUUID();
  await store.keepDeadLetter({
    id,
    type: 'com.github.push',
    source: '/cite/receiveWebhook',
    subject: 'acme/shop',
    data: { delivery: '1/guid' },
    extensions: { githubevent: 'push' },
    destination: 'onPush',
    code: 503,
    message: 'GitHub cannot be reached, or fails',
    at: laterThanBefore().toISOString(),
    ...letter,
  });
  return id;
}

let last = 0;
/** Changes are listed by their time: two of them never share a millisecond. */
function laterThanBefore(): Date {
  last = Math.max(Date.now(), last + 1);
  return new Date(last);
}

interface Emitted {
  readonly type: string;
  readonly subject: string | undefined;
  readonly data: unknown;
  readonly source: string;
  readonly id: string;
  /** Of those that Triggers filter by. */
  readonly githubevent: unknown;
}

/** Takes CloudEvents as the broker does. */
async function openSink() {
  const emitted: Emitted[] = [];
  const server = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    const event = HTTP.toEvent({ headers: req.headers, body: Buffer.concat(parts).toString() });
    if (!Array.isArray(event)) {
      const { type, subject, data, source, id, githubevent } = event;
      emitted.push({ type, subject, data, source, id, githubevent });
    }
    res.writeHead(202).end();
  });
  return { url: await listen(server), emitted, close: () => stop(server) };
}

async function listen(server: Server, port = 0): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Node's own client: it sends paths and headers as they are given, hostile ones too. */
function ask(
  url: string,
  method: string,
  path: string,
  body: string | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path, headers: { ...json, ...headers }, agent: false };
    const req = request(options, async (res) => {
      const parts: Buffer[] = [];
      for await (const part of res) parts.push(part as Buffer);
      const text = Buffer.concat(parts).toString();
      const isJson = /json/.test(res.headers['content-type'] ?? '');
      resolve({
        status: res.statusCode ?? 0,
        headers: res.headers,
        text,
        body: isJson && text !== '' ? JSON.parse(text) : undefined,
      });
    });
    req.once('error', reject);
    req.end(body);
  });
}
