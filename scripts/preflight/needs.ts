import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** An object type, as a manifest names it. */
export interface ObjectType {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What the manifests ask of a cluster. */
export interface Needs {
  readonly types: readonly ObjectType[];
  /** Keys of the Secret `cite` without which some function does not start. */
  readonly secretKeys: readonly string[];
}

/** What the functions make for each App: no manifest has it. */
const made = [
  { apiVersion: 'serving.knative.dev/v1beta1', kind: 'DomainMapping' },
  { apiVersion: 'networking.internal.knative.dev/v1alpha1', kind: 'ClusterDomainClaim' },
];

const SECRET = 'cite';
const identity = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
});
const secretKeyRef = z.object({ name: z.string(), key: z.string(), optional: z.boolean().default(false) });

/** Reads every manifest in the folder of the base. What an overlay adds is Kubernetes' own. */
export function readNeeds(folder: string): Needs {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.yaml'),
  );
  const named = files
    .flatMap((file) => objectsIn(join(folder, file)))
    .flatMap((object) => identity.safeParse(object).data ?? []);
  const types = [...named, ...made]
    .filter(({ apiVersion }) => !apiVersion.startsWith('kustomize.config.k8s.io/'))
    .map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }] as const);
  const secretKeys = files
    .filter((file) => file.startsWith('functions/'))
    .flatMap((file) => objectsIn(join(folder, file)))
    .flatMap(requiredKeys);
  return { types: [...new Map(types).values()], secretKeys: [...new Set(secretKeys)].sort() };
}

const objectsIn = (file: string) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document): unknown => document.toJS());

function requiredKeys(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const ref = name === 'secretKeyRef' ? secretKeyRef.safeParse(part).data : undefined;
    if (!ref) return requiredKeys(part);
    return ref.name === SECRET && !ref.optional ? [ref.key] : [];
  });
}
