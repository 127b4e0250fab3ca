import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const folder = fileURLToPath(new URL('../../../../knative/base/rights', import.meta.url));

const rule = z.strictObject({
  apiGroups: z.array(z.string()).length(1),
  resources: z.array(z.string()).min(1),
  resourceNames: z.array(z.string()).min(1).optional(),
  verbs: z.array(z.string()).min(1),
});
export type Rule = z.output<typeof rule>;

const subject = z.strictObject({
  kind: z.literal('ServiceAccount'),
  name: z.string(),
  namespace: z.literal('cite-system'),
});

const object = z.object({
  apiVersion: z.string(),
  kind: z.enum(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']),
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()),
  }),
  automountServiceAccountToken: z.boolean().optional(),
  rules: z.array(rule).default([]),
  roleRef: z.object({ kind: z.string(), name: z.string() }).optional(),
  subjects: z.array(subject).length(1).optional(),
});

/** One object of knative/base/rights, and its text. */
export type RightsObject = z.output<typeof object> & { readonly file: string; readonly text: string };

export const rightsFiles = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');

export const rightsObjects: readonly RightsObject[] = rightsFiles.flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => ({
    ...object.parse(document.toJS()),
    file: basename(file, '.yaml'),
    text: document.toString({ directives: false }),
  })),
);

const admission = fileURLToPath(new URL('../../../../knative/base/admission.yaml', import.meta.url));
const policy = z.object({
  apiVersion: z.string(),
  kind: z.enum(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']),
  metadata: z.object({ name: z.string(), namespace: z.undefined().optional() }),
});

export type PolicyObject = Pick<RightsObject, 'apiVersion' | 'text'> & {
  readonly kind: RightsObject['kind'] | z.output<typeof policy>['kind'];
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
};

/** What holds createService's right to bind to Namespaces of Cite. */
export const admissionObjects: readonly PolicyObject[] = parseAllDocuments(
  readFileSync(admission, 'utf8'),
).map((document) => ({ ...policy.parse(document.toJS()), text: document.toString({ directives: false }) }));

export const kustomization = z
  .object({ resources: z.array(z.string()) })
  .parse(parseAllDocuments(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'))[0]?.toJS());

export const accounts = rightsObjects
  .filter(({ kind }) => kind === 'ServiceAccount')
  .map(({ metadata }) => metadata.name);

/** Where a right holds: everywhere, in tenants' Namespaces, in that of the builds or in the platform's own. */
export type Scope = 'cluster' | 'tenant' | 'builds' | 'system';

/** `tenant patch apps/deployments`: a verb on a resource of a group, and where. */
export type Right = `${Scope} ${string}`;

/** All that the manifests give to a service account. */
export function rightsOf(account: string): readonly Right[] {
  const rules = (kind: 'ClusterRole' | 'Role', name: string, namespace?: string) =>
    rightsObjects.find(
      (one) => one.kind === kind && one.metadata.name === name && one.metadata.namespace === namespace,
    )?.rules ?? [];
  const bound = rightsObjects.flatMap(({ kind, metadata, roleRef, subjects }) => {
    if (!roleRef || subjects?.[0]?.name !== account) return [];
    if (kind === 'ClusterRoleBinding') return expand('cluster', rules('ClusterRole', roleRef.name));
    const scope = metadata.namespace === 'cite-builds' ? 'builds' : 'system';
    return expand(scope, rules('Role', roleRef.name, metadata.namespace));
  });
  return [...bound, ...expand('tenant', rules('ClusterRole', `cite-tenant-${account}`))].toSorted();
}

function expand(scope: Scope, rules: readonly Rule[]): Right[] {
  return rules.flatMap(({ apiGroups: [group], resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb): Right => `${scope} ${verb} ${group}/${resource}`)),
  );
}
