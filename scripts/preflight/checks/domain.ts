import { type Check, type Finding, ok, warning } from '../finding.ts';

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

const NAMESPACE = 'knative-serving';
const remedy = `kubectl -n ${NAMESPACE} patch configmap config-domain --type merge -p '{"data":{"apps.your-company.com":""}}' (with a DNS record *.… that leads to the gateway).`;

/** Names that lead nowhere: Knative's default inside the cluster, and that of its examples. */
const isNobodys = (domain: string) => domain === 'svc.cluster.local' || domain === 'example.com';

export function judgeDomain(config: ConfigMap | undefined): Finding {
  const domains = Object.entries(config?.data ?? {})
    .filter(([domain, rule]) => domain !== '_example' && !rule.includes('selector'))
    .map(([domain]) => domain);
  const own = domains.filter((domain) => !isNobodys(domain));
  if (own.length > 0) return ok(own.join(', '));
  const says =
    domains.length > 0 ? `the domain is still ${domains.join(', ')}` : 'config-domain names no domain';
  return warning(`${says}: the webhook, the console and the apps get no public URL`, remedy);
}

export const domain: Check = {
  title: 'Domain',
  look: async ({ api }) =>
    judgeDomain(await api.find(`/api/v1/namespaces/${NAMESPACE}/configmaps/config-domain`)),
};
