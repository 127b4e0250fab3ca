import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD_IMAGE, buildkitConfig, type Machine, REGISTRY } from './machine.ts';

export const API_TOKEN = 'the-api-token-of-the-cluster-tests';
export const REDIS_PASSWORD = 'the-redis-password';
export const CONSOLE = 'console.cite-system.cite.test';
export const RECEIVER = 'receive-webhook.cite-system.cite.test';

export interface Installation {
  readonly image: string;
  readonly gitHost: { readonly url: string; readonly token: string };
  /** Set: every function gets another revision, as another image would give it. */
  readonly upgrade?: string;
}

/**
 * docs/install.md, as its reader does it: the settings and the image of the overlay `small`, the Namespaces, the Secret,
 * then `kubectl apply -k`. What this cluster has not, a real one has: a volume for Redis, images of public registries.
 */
export async function install(machine: Machine, { image, gitHost, upgrade }: Installation): Promise<void> {
  const { kubectl, apply } = machine;
  await kubectl('apply', '-f', 'knative/base/namespace.yaml');
  await apply(prerequisites);
  await createSecret(machine, gitHost.token);
  const folder = mkdtempSync(join(tmpdir(), 'cite-install-'));
  try {
    cpSync('knative', folder, { recursive: true });
    const overlay = join(folder, 'overlays', 'small');
    writeFileSync(join(overlay, 'cite.env'), settings(gitHost.url));
    const [name = '', digest = ''] = image.split('@');
    writeFileSync(join(folder, 'overlays', 'kustomization.yaml'), kustomization(name, digest, upgrade));
    await kubectl('apply', '-k', join(folder, 'overlays'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await kubectl('-n', 'cite-system', 'wait', '--for=condition=Ready', 'ksvc', '--all', '--timeout=240s');
  await kubectl(
    '-n',
    'cite-system',
    'wait',
    '--for=condition=Ready',
    'apiserversource,pingsource,trigger,broker',
    '--all',
    '--timeout=120s',
  );
  await kubectl('-n', 'cite-system', 'rollout', 'status', 'statefulset/redis', '--timeout=60s');
}

async function createSecret({ kubectl, apply }: Machine, githubToken: string): Promise<void> {
  const values = {
    GITHUB_TOKEN: githubToken,
    WEBHOOK_SECRET: 'the-webhook-secret-of-the-cluster-tests',
    API_TOKEN,
    REDIS_PASSWORD,
    REDIS_URL: `redis://:${REDIS_PASSWORD}@redis.cite-system:6379`,
  };
  const literals = Object.entries(values).map(([key, value]) => `--from-literal=${key}=${value}`);
  const secret = ['-n', 'cite-system', 'create', 'secret', 'generic', 'cite', ...literals];
  await apply(await kubectl(...secret, '--dry-run=client', '-o', 'yaml'));
}

const settings = (gitHost: string) => `WEBHOOK_URL=http://${RECEIVER}
CONSOLE_URL=http://${CONSOLE}
APP_URL=http://{name}.{namespace}.apps.cite.test
BUILD_REGISTRY=${REGISTRY}/apps
BUILD_IMAGE=${BUILD_IMAGE}
GITHUB_API_URL=${gitHost}/api/v3
GITHUB_CLONE_URL=${gitHost}/git
`;

/** The images by names that this cluster's nodes know. */
const kustomization = (
  name: string,
  digest: string,
  upgrade = '',
) => `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [small]
images:
  - { name: registry.example.com/cite, newName: ${name}, digest: "${digest}" }
  - { name: redis, newName: ${REGISTRY}/library/redis, newTag: "7" }
patches:
  - target: { group: serving.knative.dev, kind: Service }
    patch: |-
      - { op: add, path: /spec/template/metadata/annotations/e2e~1upgrade, value: "${upgrade}" }
`;

/** The volume of Redis, on the node. */
export const REDIS_FOLDER = '/tmp/cite-cluster-redis';

const prerequisites = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'e2e-redis' },
      spec: {
        capacity: { storage: '2Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: REDIS_FOLDER, type: 'Directory' },
        claimRef: { namespace: 'cite-system', name: 'data-redis-0' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cite-buildkit', namespace: 'cite-builds' },
      data: { 'buildkitd.toml': buildkitConfig },
    },
  ],
});
