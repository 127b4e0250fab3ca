import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Connection, connect } from '../../../shared/adapters/kubernetes/connection.ts';

const run = promisify(execFile);
const script = (name: string) =>
  fileURLToPath(new URL(`../../../../shared/cluster/${name}`, import.meta.url));
const given = process.env.KUBECONFIG_FOR_TESTS;

/** Why no test of the Kubernetes API can run here; undefined: they can. */
export const noApiServer =
  given || existsSync(script('up'))
    ? undefined
    : 'needs ../shared/cluster/up, or KUBECONFIG_FOR_TESTS: the kubeconfig of an API server without nodes';

/** Why no test can run here that changes what all others on an API server need. */
export const noOwnApiServer = existsSync(script('up')) ? undefined : 'needs ../shared/cluster/up';

export interface ApiServer {
  readonly kubeconfig: string;
  readonly connection: Connection;
  close(): Promise<void>;
}

/**
 * A real etcd, kube-apiserver and controller manager of the test's own, or those that KUBECONFIG_FOR_TESTS names, with
 * the App's resource type from knative/base/crd.yaml.
 */
export async function startApiServer(): Promise<ApiServer> {
  return withCrd(given ? { kubeconfig: given, close: async () => {} } : await startOwn());
}

/** As `startApiServer`, whatever KUBECONFIG_FOR_TESTS says. */
export const startOwnApiServer = async (): Promise<ApiServer> => withCrd(await startOwn());

async function withCrd({ kubeconfig, close }: Omit<ApiServer, 'connection'>): Promise<ApiServer> {
  try {
    const connection = connect(kubeconfig);
    await applyCrd(connection);
    return { kubeconfig, connection, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startOwn() {
  const directory = await mkdtemp(join(tmpdir(), 'cite-api-server-'));
  const [api, etcd] = [await freePorts(1), await freePorts(2)];
  const env = {
    ...process.env,
    RUN: join(directory, 'run'),
    API_PORT: String(api),
    ETCD_PORT: String(etcd),
  };
  const close = async () => {
    await run(script('down'), [], { env });
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const { stdout } = await run(script('up'), ['--api-only'], { env });
    return { kubeconfig: stdout.trim().split('\n').at(-1) ?? '', close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The first of that many ports in a row that nobody listens on. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = await listen(0);
    const others = await Promise.all(
      Array.from({ length: count - 1 }, (_, i) => listen(first + 1 + i).catch(() => undefined)),
    );
    if (others.every((port) => port !== undefined)) return first;
  }
}

function listen(port: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? port) : port));
    });
  });
}

/** As `kubectl apply --server-side` does; returns when the new type answers. */
async function applyCrd({ raw }: Connection): Promise<void> {
  const crd = await readFile(new URL('../../../knative/base/crd.yaml', import.meta.url), 'utf8');
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/apps.cite.dev';
  const applied = await raw(`${path}?fieldManager=cite&force=true&fieldValidation=Strict`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: crd,
  });
  if (!applied.ok) throw new Error(`knative/base/crd.yaml was refused: ${await applied.text()}`);
  while (!(await raw('/apis/cite.dev/v1alpha1/apps', {})).ok) await delay(50);
}
