import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Variable } from '../../shared/runtime/config.ts';
import { type Logger, logger } from '../../shared/runtime/logger.ts';
import { activator } from './activator.ts';
import { type Broker, broker } from './broker/broker.ts';
import { clusterEvents } from './broker/cluster-events.ts';
import { type Manifests, readManifests } from './broker/manifests.ts';
import { schedule } from './broker/schedule.ts';
import { changeFeed } from './cluster/feed.ts';
import { supervisor } from './cluster/supervisor/supervisor.ts';
import { makeDataFolder } from './data-folder.ts';
import { openFront } from './front.ts';
import { hostFunction, listenOnLoopback } from './functions.ts';
import { gitHost } from './git-host/git-host.ts';
import { pruning } from './images/prune.ts';
import { type LocalFunction, localFunctions } from './local-functions.ts';
import { lockFolder } from './lock.ts';
import { platformLog, rotatePlatformLog } from './platform-log.ts';
import { openSystems } from './ports.ts';
import { appProxy } from './proxy.ts';
import { localSecrets, type Secrets } from './secrets.ts';

export interface PlatformOptions {
  /** All that it keeps; made where it is not there. */
  readonly dir: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Each function as a process of its own, started by an event and ended when idle. */
  readonly isolate: boolean;
  /** Registries that an App's own images may come from, comma separated; their images are in the image folder. */
  readonly registries?: string | undefined;
}

export interface Platform {
  readonly port: number;
  readonly url: string;
  /** Ends all that it started, within seconds. */
  close(): Promise<void>;
}

const MANIFESTS = fileURLToPath(new URL('../../knative/base', import.meta.url));
const GRACE_MS = 3000;

/**
 * The whole platform in one process. Throws FolderUnusableError, FolderTakenError, PortTakenError or ManifestError;
 * then nothing of it is left running.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const ends: (() => unknown)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const port = await start(options, (end) => ends.push(end));
    return { port, url: `http://localhost:${port}`, close };
  } catch (err) {
    await close();
    throw err;
  }
}

/** Each part is started after those that it needs; `ends` are called in reverse. */
async function start(options: PlatformOptions, ends: (end: () => unknown) => void): Promise<number> {
  const dir = resolve(options.dir);
  const clock = () => new Date();
  makeDataFolder(dir);
  ends(lockFolder(dir));
  rotatePlatformLog(dir);
  const log = logger('platform', 'info', platformLog(dir));
  const secrets = localSecrets(dir);
  const manifests = readManifests(MANIFESTS);

  const front = await openFront(options.port);
  const { port } = front;
  ends(() => front.close(0));
  const systems = openSystems(dir, port, clock);
  ends(() => systems.close());
  const keeper = supervisor({ dir, clock, log });
  ends(() => keeper.close());
  const git = gitHost({
    root: join(dir, 'git'),
    file: join(dir, 'git-host.sqlite'),
    token: secrets.githubToken,
    url: () => `http://localhost:${port}`,
    log,
  });
  ends(() => git.close());

  const servers = new Map<string, { server: Server; url: string }>();
  const events = localBroker(dir, manifests, (service) => servers.get(service)?.url ?? '', log);
  const ingress = createServer({ keepAliveTimeout: 100_000 }, events.ingress);
  const functions = localFunctions(
    manifests,
    values(port, await listenOnLoopback(ingress), secrets, options.registries),
  );
  ends(() => closeServer(ingress));
  for (const fn of functions) {
    const { server, end } = await hosted(fn);
    servers.set(fn.service, { server, url: await listenOnLoopback(server) });
    ends(end);
  }

  const proxy = appProxy({
    endpoints: keeper.readyEndpoints,
    isThere: async (app) => (await systems.cluster.getApp(app)) !== undefined,
  });
  // Before the functions go: what is under way here still needs them.
  ends(() => {
    proxy.close();
    return front.close(GRACE_MS);
  });
  ends(() => events.close(GRACE_MS));
  const feed = changeFeed({
    dir,
    clock,
    reader: 'broker',
    deliver: async (change) => {
      for (const event of clusterEvents(manifests.sources, change, `${change.sequence}`, change.at))
        events.publish(event);
    },
  });
  ends(() => feed.close());
  const pings = schedule(manifests.pings, events.publish, clock);
  ends(() => pings.stop());

  await keeper.start();
  const images = pruning({ dir, clock, failed: (err) => log.warn({ err }, 'images could not be pruned') });
  ends(() => images.stop());
  const to = (service: string) => {
    const server = servers.get(service)?.server;
    return (req: IncomingMessage, res: ServerResponse) => void server?.emit('request', req, res);
  };
  front.serve({ proxy, gitHost: git.handle, receiveWebhook: to('receive-webhook'), console: to('console') });
  events.start();
  feed.start();
  pings.start();
  log.info({ port, dir, isolate: options.isolate }, 'started');
  return port;

  async function hosted(fn: LocalFunction): Promise<{ server: Server; end: () => Promise<void> }> {
    if (options.isolate) {
      const { server, close } = activator(fn, { dir, port, log });
      return { server, end: close };
    }
    const server = await hostFunction(fn, systems, logger(fn.name, 'info', platformLog(dir)));
    return { server, end: () => closeServer(server) };
  }
}

/** What the ConfigMap and the Secret `cite` hold on a cluster. */
const values = (
  port: number,
  broker: string,
  secrets: Secrets,
  registries: string | undefined,
): Partial<Record<Variable, string>> => ({
  BROKER_URL: broker,
  GITHUB_API_URL: `http://127.0.0.1:${port}/api/v3`,
  GITHUB_CLONE_URL: `http://127.0.0.1:${port}/git`,
  GITHUB_TOKEN: secrets.githubToken,
  WEBHOOK_SECRET: secrets.webhookSecret,
  WEBHOOK_URL: `http://127.0.0.1:${port}/webhooks`,
  CONSOLE_URL: `http://localhost:${port}`,
  // A receiver of one's own, on this machine.
  NOTIFY_PRIVATE_RANGES: '127.0.0.0/8,::1/128',
  ...(registries !== undefined && { ALLOWED_REGISTRIES: registries }),
  APP_URL: `http://{name}.{namespace}.localhost:${port}`,
});

function localBroker(
  dir: string,
  manifests: Manifests,
  urlOf: (service: string) => string,
  log: Logger,
): Broker {
  const { retry, backoffPolicy, backoffDelay, timeout, deadLetterSink } = manifests.broker.spec.delivery;
  const subscriber = ({ ref }: typeof deadLetterSink) => ({
    url: () => urlOf(ref.name),
    destination: `http://${ref.name}.${ref.namespace}.svc.cluster.local`,
  });
  return broker({
    file: join(dir, 'broker.sqlite'),
    subscriptions: manifests.triggers.map(({ metadata, spec }) => ({
      name: metadata.name,
      filters: spec.filters,
      ...subscriber(spec.subscriber),
    })),
    deadLetterSink: subscriber(deadLetterSink),
    delivery: { retry, backoff: { policy: backoffPolicy, delayMs: backoffDelay }, timeoutMs: timeout },
    clock: () => new Date(),
    log,
  });
}

function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}
