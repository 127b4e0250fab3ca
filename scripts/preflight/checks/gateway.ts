import type { KubeObject } from '../../cluster/api.ts';
import { type Check, type Finding, missing, ok, warning } from '../finding.ts';
import { providerOf, readIngressClass } from './ingress.ts';

export interface GatewayService extends KubeObject {
  readonly spec?: { readonly type?: string; readonly externalIPs?: readonly string[] };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

/** Where each networking layer has the Service that the outside comes in by, unless it was installed elsewhere. */
const gateways: Readonly<Record<string, { readonly namespace: string; readonly name: string }>> = {
  kourier: { namespace: 'kourier-system', name: 'kourier' },
  istio: { namespace: 'istio-system', name: 'istio-ingressgateway' },
  contour: { namespace: 'contour-external', name: 'envoy' },
};

export function judgeGateway(at: string, service: GatewayService | undefined): Finding {
  if (!service)
    return missing(`there is no Service ${at}`, 'install the whole networking layer, its gateway included.');
  const balanced = (service.status?.loadBalancer?.ingress ?? []).map(
    ({ ip, hostname }) => ip ?? hostname ?? '',
  );
  const addresses = [...(service.spec?.externalIPs ?? []), ...balanced].filter((one) => one !== '');
  if (addresses.length > 0) return ok(`${at} at ${addresses.join(', ')}`);
  return warning(
    `the Service ${at} (${service.spec?.type ?? 'ClusterIP'}) has no address outside: neither webhooks nor visitors reach the cluster`,
    "give it one: a load balancer (of the cloud, MetalLB), or spec.externalIPs with a node's address.",
  );
}

export const gateway: Check = {
  title: 'Gateway',
  async look({ api }) {
    const provider = providerOf(await readIngressClass(api));
    const place = gateways[provider];
    // Others (gateway-api) have a gateway of whatever name; that they lack a controller is said by the check before.
    if (!place) return undefined;
    const { namespace, name } = place;
    const service = await api.find<GatewayService>(`/api/v1/namespaces/${namespace}/services/${name}`);
    return judgeGateway(`${namespace}/${name}`, service);
  },
};
