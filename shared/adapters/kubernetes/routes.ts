import type { App, AppRef } from '../../domain/app.ts';
import { InvalidError } from '../../domain/errors.ts';
import type { Route } from '../../domain/route.ts';
import type { Routes } from '../../ports/cluster.ts';
import { appResource } from './app-objects.ts';
import { type Connection, mergePatch } from './connection.ts';
import { ask, create, find, ofKnownType } from './errors.ts';
import {
  APP,
  checkNames,
  DOMAINS,
  isManaged,
  isObjectName,
  managed,
  managedSelector,
  metadataOf,
} from './objects.ts';
import { type DomainMapping, toRoute } from './route-state.ts';

const mappings = { group: 'serving.knative.dev', version: 'v1beta1', plural: 'domainmappings' } as const;
const claims = {
  group: 'networking.internal.knative.dev',
  version: 'v1alpha1',
  plural: 'clusterdomainclaims',
} as const;

/** A ClusterDomainClaim: the one Namespace whose DomainMapping may have the host of its name. */
interface Claim {
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly namespace?: string };
}

/** Routes are Knative's DomainMappings to the App's Service, each named by its host: so an App needs no second ingress. */
export function kubernetesRoutes({ core, custom }: Connection): Routes {
  const selectorOf = (name: string) => `${managedSelector},${APP}=${name}`;

  /** Those of the App; undefined: there is no such type. Cluster-wide as they are, the App cannot own them. */
  const claimsOf = async ({ namespace, name }: AppRef) => {
    const labelSelector = selectorOf(name);
    const listed = await ofKnownType<{ items: Claim[] }>(
      custom.listClusterCustomObject({ ...claims, labelSelector }),
    );
    return listed?.items.filter((claim) => claim.spec?.namespace === namespace);
  };

  const removeClaim = (one: Claim) => {
    const { name, uid } = metadataOf(one as object);
    return find(custom.deleteClusterCustomObject({ ...claims, name, body: { preconditions: { uid } } }));
  };

  const removeMapping = (one: DomainMapping, namespace: string) => {
    const { name, uid } = metadataOf(one as object);
    const body = { preconditions: { uid } };
    return find(custom.deleteNamespacedCustomObject({ ...mappings, namespace, name, body }));
  };

  /** Undefined: the host is the App's, or its Namespace's by the claim of an admin. */
  const claim = async ({ namespace, name }: AppRef, host: string): Promise<Route | undefined> => {
    const body = {
      apiVersion: `${claims.group}/${claims.version}`,
      kind: 'ClusterDomainClaim',
      metadata: { name: host, labels: { ...managed, [APP]: name } },
      spec: { namespace },
    };
    if (await create(custom.createClusterCustomObject({ ...claims, body, fieldValidation: 'Strict' })))
      return undefined;
    const there = await ask<Claim>(custom.getClusterCustomObject({ ...claims, name: host }));
    if (there.spec?.namespace !== namespace) return taken(host, 'another Namespace has it');
    const other = isManaged(there) ? there.metadata?.labels?.[APP] : name;
    return other === name ? undefined : taken(host, `the App ${other} has it`);
  };

  const lead = async (app: App, host: string): Promise<Route> => {
    const { namespace, name, uid } = app;
    const body = {
      apiVersion: `${mappings.group}/${mappings.version}`,
      kind: 'DomainMapping',
      metadata: {
        name: host,
        labels: { ...managed, [APP]: name },
        ownerReferences: [
          { apiVersion: `${appResource.group}/${appResource.version}`, kind: 'App', name, uid },
        ],
      },
      spec: refTo(name),
    };
    const at = { ...mappings, namespace };
    const made = await create<DomainMapping>(
      custom.createNamespacedCustomObject({ ...at, body, fieldValidation: 'Strict' }),
    );
    if (made) return toRoute(host, made);
    const there = await ask<DomainMapping>(custom.getNamespacedCustomObject({ ...at, name: host }));
    const { labels, resourceVersion } = there.metadata ?? {};
    if (!isManaged(there)) return taken(host, "a DomainMapping that is not Cite's has it");
    if (labels?.[APP] !== name) return taken(host, `the App ${labels?.[APP]} has it`);
    if (leadsTo(there, name)) return toRoute(host, there);
    const patch = { metadata: { resourceVersion }, spec: refTo(name) };
    const mended = custom.patchNamespacedCustomObject({ ...at, name: host, body: patch }, mergePatch);
    return toRoute(host, await ask<DomainMapping>(mended));
  };

  /** What Knative refuses of one host stops no other. */
  const route = async (app: App, host: string): Promise<Route> => {
    try {
      return (await claim(app, host)) ?? (await lead(app, host));
    } catch (error) {
      if (!(error instanceof InvalidError)) throw error;
      return failed(host, 'Refused', error.message);
    }
  };

  return {
    async namespaceDomains(namespace) {
      if (!isObjectName(namespace)) return [];
      const found = await find(core.readNamespace({ name: namespace }));
      const domains = found?.metadata?.annotations?.[DOMAINS] ?? '';
      return domains
        .split(',')
        .map((domain) => domain.trim())
        .filter((domain) => domain !== '');
    },

    async ensureRoutes(app, hosts) {
      const { namespace, name } = app;
      checkNames({ namespace, name });
      const claimed = await claimsOf(app);
      const labelSelector = selectorOf(name);
      const listed = await ofKnownType<{ items: DomainMapping[] }>(
        custom.listNamespacedCustomObject({ ...mappings, namespace, labelSelector }),
      );
      if (!claimed || !listed) return hosts.map(noKnative);
      const isUnwanted = ({ metadata }: Claim | DomainMapping) => !hosts.includes(metadata?.name ?? '');
      for (const one of listed.items.filter(isUnwanted)) await removeMapping(one, namespace);
      for (const one of claimed.filter(isUnwanted)) await removeClaim(one);
      const routes: Route[] = [];
      for (const host of hosts) {
        const there = listed.items.find(({ metadata }) => metadata?.name === host);
        const isClaimed = claimed.some(({ metadata }) => metadata?.name === host);
        const isInLine = there && isClaimed && leadsTo(there, name);
        routes.push(isInLine ? toRoute(host, there) : await route(app, host));
      }
      return routes;
    },

    async releaseHosts(ref) {
      for (const one of (await claimsOf(ref)) ?? []) await removeClaim(one);
    },

    async loadBalancer({ namespace, name }) {
      checkNames({ namespace, name });
      const found = await find(core.readNamespacedService({ namespace, name }));
      const { ip, hostname } = found?.status?.loadBalancer?.ingress?.[0] ?? {};
      const host = hostname ?? ip ?? '';
      if (host === '') return { host, state: 'pending', reason: 'NoAddress', message: NO_ADDRESS };
      const url = `http://${host.includes(':') ? `[${host}]` : host}`;
      return { host, state: 'ready', reason: 'Ready', message: 'It leads to the App.', url };
    },
  };
}

const NO_ADDRESS = 'Its load balancer has no address yet: the cluster must have what makes load balancers.';

const refTo = (name: string) => ({ ref: { apiVersion: 'v1', kind: 'Service', name } });

const leadsTo = ({ spec }: DomainMapping, name: string) =>
  spec?.ref?.kind === 'Service' && spec.ref.name === name;

const failed = (host: string, reason: string, message: string): Route => ({
  host,
  state: 'failed',
  reason,
  message,
});

const taken = (host: string, by: string) =>
  failed(host, 'HostTaken', `${by}. Take it from there first, or ask for another host.`);

const noKnative = (host: string) =>
  failed(
    host,
    'NoDomainMapping',
    'The cluster has no DomainMapping. Install Knative Serving, or set spec.expose to another value.',
  );
