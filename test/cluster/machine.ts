import { execFile, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isAlive } from '../e2e/machine.ts';
import { until } from '../e2e/until.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const script = (name: string) => join(root, '../shared/cluster', name);

/** The host's address on the cluster's network: pods reach what listens there. */
export const HOST = '198.18.0.1';
/** The gateway of Knative: every public name leads here. */
export const GATEWAY = '198.18.0.2';
export const REGISTRY = 'registry.local:5000';
/** BuildKit and git, as the cluster brings them. */
export const BUILD_IMAGE = 'cluster.test/buildkit:v0.32.2';

/** Why no test of a whole cluster can run here; undefined: they can. */
export const noCluster = !existsSync(script('up'))
  ? 'needs ../shared/cluster'
  : process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'needs Linux and root, to start a node'
    : undefined;

/** A whole Kubernetes with Knative on this machine. */
export interface Machine {
  readonly kubeconfig: string;
  /** Environment in which kubectl and buildctl are found, and this cluster is the one that is meant. */
  readonly env: NodeJS.ProcessEnv;
  kubectl(...args: string[]): Promise<string>;
  apply(manifest: string): Promise<void>;
}

/** Starts what is not running; images to start from are in its registry then. */
export async function startMachine(): Promise<Machine> {
  const { stdout } = await run(script('up'), ['--knative'], { maxBuffer: 64 * 1024 * 1024 });
  const kubeconfig = stdout.trim().split('\n').at(-1) ?? '';
  const dist = (await run(script('unpack'))).stdout.trim();
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    PATH: [join(dist, 'bin'), join(dist, 'buildkit'), process.env.PATH].join(':'),
  };
  await run(script('base-images'), ['none'], { env });
  await pushNode(env);
  const kubectl = async (...args: string[]) =>
    (await run('kubectl', args, { env, cwd: root, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  return {
    kubeconfig,
    env,
    kubectl,
    async apply(manifest) {
      const child = run('kubectl', ['apply', '--server-side', '--force-conflicts', '-f', '-'], { env });
      child.child.stdin?.end(manifest);
      await child;
    },
  };
}

/** What the public image \`node:24\` has, as far as builds here use it: Node and npm. */
async function pushNode(env: NodeJS.ProcessEnv): Promise<void> {
  // Not `npm root --global`: that is asked of the Node that runs npm, which need not be the one that it came with.
  const { stdout } = await run('sh', ['-c', 'command -v npm'], { env });
  const npmFolder = dirname(dirname(realpathSync(stdout.trim())));
  const folder = mkdtempSync(join(tmpdir(), 'cite-node-image-'));
  const npm = join(folder, 'npm');
  writeFileSync(npm, '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n', {
    mode: 0o755,
  });
  const node = realpathSync(process.execPath);
  const files = [
    `${node}:/usr/local/bin/node`,
    `${npmFolder}:/usr/local/lib/node_modules/npm`,
    `${npm}:/usr/local/bin/npm`,
  ];
  const args = [...files.flatMap((file) => ['--file', file]), '--libs', node, '--busybox', '--push'];
  await run(script('image'), [`${REGISTRY}/library/node:24`, ...args, '--', '/usr/local/bin/node'], { env });
  rmSync(folder, { recursive: true });
}

const STATE = process.env.RUN ?? '/tmp/cite-cluster';

/** The registry is a process of this machine. */
export function stopRegistry(): void {
  process.kill(Number(readFileSync(join(STATE, 'pid', 'registry'), 'utf8')), 'SIGKILL');
}

/**
 * The API server is one, too: killed, and started again at once on the same etcd. Not by `up`, which takes so long on a
 * busy machine that the node counts as lost. One that ends is started again, as a kubelet does it: threads of the one
 * before may keep its port for a moment after the process is gone.
 */
export async function restartApiServer({ kubectl }: Machine): Promise<void> {
  const file = join(STATE, 'pid', 'kube-apiserver');
  const logFile = join(STATE, 'log', 'kube-apiserver');
  const pid = Number(readFileSync(file, 'utf8'));
  const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const started = () => {
    const log = openSync(logFile, 'a');
    const child = spawn(program, args, { cwd: STATE, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    writeFileSync(file, `${child.pid}\n`);
    return child;
  };

  process.kill(pid, 'SIGKILL');
  await gone(pid);
  let child = started();
  await until(
    'the API server is ready',
    async () => {
      const words = await kubectl('get', '--raw', '/readyz').catch((err: Error) => err.message);
      if (child.exitCode !== null || child.signalCode !== null) child = started();
      return words === 'ok' ? words : `${words}\n${readFileSync(logFile, 'utf8').slice(-2000)}`;
    },
    (said) => said === 'ok',
    120_000,
  );
}

const gone = (pid: number) =>
  until(
    `process ${pid} has ended`,
    async () => isAlive(pid),
    (alive) => !alive,
  );

/** Started again with what it had. */
export async function restartRegistry(): Promise<void> {
  await run(script('up'), ['--knative']);
}

export const clusterIsRunning = () => existsSync(join(STATE, 'pid', 'kubelet'));

export async function stopMachine(): Promise<void> {
  await run(script('down'));
}

/** The image of the platform, made by BuildKit in the cluster with the command that users have; gives its reference with digest. */
export async function platformImage(machine: Machine): Promise<string> {
  const address = await buildkit(machine);
  const args = [`${REGISTRY}/cite/functions:e2e`, '--with', 'buildctl', '--node-image', 'node:24'];
  const env = { ...machine.env, BUILDKIT_HOST: address };
  const options = { env, cwd: root, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run('npm', ['run', '--silent', 'image', '--', ...args], options);
  return stdout.trim();
}

/** What BuildKit has to be told of this machine: base images come from its registry. */
export const buildkitConfig = `[worker.oci]
  snapshotter = "native"
[registry."docker.io"]
  mirrors = ["${REGISTRY}"]
[registry."${REGISTRY}"]
  http = true
`;

async function buildkit({ apply, kubectl }: Machine): Promise<string> {
  await apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'e2e-buildkit' } },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'buildkit', namespace: 'e2e-buildkit' },
          data: { 'buildkitd.toml': buildkitConfig },
        },
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'buildkit', namespace: 'e2e-buildkit' },
          spec: {
            containers: [
              {
                name: 'buildkit',
                image: BUILD_IMAGE,
                command: ['buildkitd', '--addr', 'tcp://0.0.0.0:1234'],
                securityContext: { privileged: true },
                readinessProbe: { tcpSocket: { port: 1234 }, periodSeconds: 1 },
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/buildkit' },
                  { name: 'data', mountPath: '/var/lib/buildkit' },
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: 'buildkit' } },
              { name: 'data', emptyDir: {} },
            ],
          },
        },
      ],
    }),
  );
  await kubectl('-n', 'e2e-buildkit', 'wait', '--for=condition=Ready', 'pod/buildkit', '--timeout=60s');
  const ip = await kubectl('-n', 'e2e-buildkit', 'get', 'pod', 'buildkit', '-o', 'jsonpath={.status.podIP}');
  return `tcp://${ip}:1234`;
}
