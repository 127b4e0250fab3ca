import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { Connection } from '../../shared/adapters/kubernetes/connection.ts';

const run = promisify(execFile);
const unpack = fileURLToPath(new URL('../../../shared/cluster/unpack', import.meta.url));
const TYPES = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Why Knative's own resource types are not to be had here; undefined: they are. */
export const noKnativeTypes = existsSync(unpack) ? undefined : 'needs ../shared/cluster/unpack';

/** Those that route. */
export const ROUTING = [
  'domainmappings.serving.knative.dev',
  'clusterdomainclaims.networking.internal.knative.dev',
];

interface Crd {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

/** Knative's types, or some, without Knative: their objects are data that nobody acts on. Returns when they answer. */
export async function installKnativeCrds(connection: Connection, only?: readonly string[]): Promise<void> {
  const dist = (await run(unpack)).stdout.trim();
  const files = ['serving-1-crds.yaml', 'eventing-1-crds.yaml'];
  const texts = await Promise.all(files.map((file) => readFile(join(dist, 'knative', file), 'utf8')));
  const crds = texts
    .flatMap((text) => parseAllDocuments(text).map((document): Crd | null => document.toJS()))
    .filter((object) => object?.kind === 'CustomResourceDefinition')
    .filter((crd): crd is Crd => crd !== null && (only?.includes(crd.metadata.name) ?? true));
  await Promise.all(crds.map((crd) => install(connection, crd)));
}

async function install({ raw }: Connection, crd: Crd): Promise<void> {
  const { name } = crd.metadata;
  const applied = await raw(`${TYPES}/${name}?fieldManager=cite-test&force=true`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(crd),
  });
  if (!applied.ok) throw new Error(`${name} was refused: ${await applied.text()}`);
  const { group, names, versions } = crd.spec;
  for (const version of versions.filter(({ served }) => served))
    while (!(await raw(`/apis/${group}/${version.name}/${names.plural}`, {})).ok) await delay(50);
}
