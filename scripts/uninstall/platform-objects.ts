import type { Api, KubeObject } from '../cluster/api.ts';
import { ADMISSION, CRD, installed, managed, NAMESPACES, RBAC } from './places.ts';
import { names, untilGone } from './until-gone.ts';

const LIMIT_MS = 300_000;

/** Of the platform itself, whether or not an App is there. */
export interface PlatformObjects {
  /** Its rights in the Namespaces of Apps. */
  readonly tenantBindings: readonly KubeObject[];
  readonly clusterRoles: readonly KubeObject[];
  readonly clusterRoleBindings: readonly KubeObject[];
  /** Both kinds: a policy and what binds it have one name. */
  readonly admissionPolicies: readonly KubeObject[];
  readonly crd: KubeObject | undefined;
  readonly namespaces: readonly KubeObject[];
}

export async function findPlatform(api: Api): Promise<PlatformObjects> {
  const bindings = await api.list(`${RBAC}/rolebindings?${managed}`);
  const namespaces = await Promise.all(
    NAMESPACES.map((name) => api.find<KubeObject>(`/api/v1/namespaces/${name}`)),
  );
  return {
    tenantBindings: bindings.filter(({ metadata }) => /^cite-tenant(-|$)/.test(metadata.name)),
    clusterRoles: await api.list(`${RBAC}/clusterroles?${installed}`),
    clusterRoleBindings: await api.list(`${RBAC}/clusterrolebindings?${installed}`),
    admissionPolicies: await api.list(`${ADMISSION}/validatingadmissionpolicies?${installed}`),
    crd: await api.find<KubeObject>(CRD),
    namespaces: namespaces.filter((one) => one !== undefined),
  };
}

export const isEmpty = (found: PlatformObjects) =>
  [
    found.tenantBindings,
    found.clusterRoles,
    found.clusterRoleBindings,
    found.admissionPolicies,
    found.namespaces,
  ].every((objects) => objects.length === 0) && !found.crd;

/** Everything of the platform that is left when it no longer runs and no App is there. */
export async function removePlatform(api: Api, say: (line: string) => void): Promise<void> {
  const found = await findPlatform(api);
  const { tenantBindings, clusterRoles, clusterRoleBindings, admissionPolicies, crd, namespaces } = found;
  for (const { metadata } of tenantBindings) {
    say(`removing the RoleBinding ${metadata.namespace}/${metadata.name}`);
    await api.remove(`${RBAC}/namespaces/${metadata.namespace}/rolebindings/${metadata.name}`);
  }
  if (crd) say('removing the type apps.cite.dev');
  if (crd) await api.remove(CRD);
  if (clusterRoleBindings.length > 0) say(`removing the ClusterRoleBindings ${names(clusterRoleBindings)}`);
  for (const { metadata } of clusterRoleBindings)
    await api.remove(`${RBAC}/clusterrolebindings/${metadata.name}`);
  if (clusterRoles.length > 0) say(`removing the ClusterRoles ${names(clusterRoles)}`);
  for (const { metadata } of clusterRoles) await api.remove(`${RBAC}/clusterroles/${metadata.name}`);
  if (admissionPolicies.length > 0) say(`removing the admission policies ${names(admissionPolicies)}`);
  for (const { metadata } of admissionPolicies) {
    await api.remove(`${ADMISSION}/validatingadmissionpolicybindings/${metadata.name}`);
    await api.remove(`${ADMISSION}/validatingadmissionpolicies/${metadata.name}`);
  }
  if (namespaces.length > 0) say(`removing the Namespaces ${names(namespaces)} with all that is in them`);
  for (const { metadata } of namespaces) await api.remove(`/api/v1/namespaces/${metadata.name}`);
  await untilGone({
    left: async () => {
      const left = await findPlatform(api);
      return [...left.namespaces, ...(left.crd ? [left.crd] : [])];
    },
    limitMs: LIMIT_MS,
    hangs: (left) =>
      `not removed: ${names(left)}. kubectl get namespace (or crd) with -o yaml says what it waits for. Run this again then`,
  });
}
