import { BUILDS } from '../../contract/kubernetes/world.ts';
import type { Stage } from './verbs.ts';

interface Item {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly uid: string }[];
  };
  readonly spec?: { readonly namespace?: string };
  readonly involvedObject?: object;
}

/** All that Cite has made in the stage's Namespace or for its build, as the API server has it. */
export async function worldOf(stage: Stage): Promise<unknown> {
  const { namespace } = stage.app;
  const build = `namespaces/${BUILDS}`;
  const ofBuild = `labelSelector=cite.dev/build=${stage.key}`;
  const list = async (path: string, query = 'labelSelector=app.kubernetes.io/managed-by=cite') => {
    const response = await stage.connection.raw(`${path}?${query}`, {});
    const { items = [] } = (await response.json()) as { items?: readonly Item[] };
    return items;
  };
  const ours = `namespaces/${namespace}`;
  const [apps, ...others] = await Promise.all([
    list(`/apis/cite.dev/v1alpha1/${ours}/apps`),
    list('/api/v1/namespaces', `fieldSelector=metadata.name=${namespace}-new`),
    list(`/api/v1/${ours}/services`),
    list(`/api/v1/${ours}/configmaps`),
    list(`/api/v1/${ours}/secrets`),
    list(`/api/v1/${ours}/events`),
    list(`/apis/apps/v1/${ours}/deployments`),
    list(`/apis/rbac.authorization.k8s.io/v1/${ours}/rolebindings`),
    list(`/apis/serving.knative.dev/v1beta1/${ours}/domainmappings`),
    list('/apis/networking.internal.knative.dev/v1alpha1/clusterdomainclaims').then((claims) =>
      claims.filter(({ spec }) => spec?.namespace === namespace),
    ),
    list(`/apis/batch/v1/${build}/jobs`, ofBuild),
    list(`/api/v1/${build}/secrets`, ofBuild),
  ]);
  const all = others.flat();
  const there = new Set([...apps, ...all].map(({ metadata }) => metadata.uid));
  // What an owner that is gone has left, the cluster removes in its own time.
  const isLeft = ({ metadata }: Item) => metadata.ownerReferences?.some(({ uid }) => !there.has(uid));
  return {
    apps: plain(stage, apps),
    others: plain(
      stage,
      all.filter((one) => !isLeft(one)).map((one) => ({ ...one, status: undefined })),
    ),
  };
}

/** What differs from attempt to attempt, or is written by the cluster in its own time. */
const VOLATILE =
  /^(uid|resourceVersion|creationTimestamp|createdAt|startedAt|managedFields|generation|clusterIPs?|host|cite\.dev\/app-uid|deployment\.kubernetes\.io\/revision|(batch\.kubernetes\.io\/)?controller-uid)$/;

/** Without that, and with the same names for Namespace and build. */
export function plain({ app, key }: Stage, value: unknown): unknown {
  const text = JSON.stringify(value, (name, part) => (VOLATILE.test(name) ? undefined : part)) ?? 'null';
  return JSON.parse(
    text
      .replaceAll(app.namespace, 'NAMESPACE')
      .replaceAll(key, 'KEY')
      .replace(/"web\.[0-9a-f]{16}"/g, '"web.EVENT"'),
  );
}
