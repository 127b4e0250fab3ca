import type { Api } from '../../cluster/api.ts';
import { type Deployment, deploymentsIn, isAvailable } from '../deployments.ts';
import { type Check, type Finding, missing, ok } from '../finding.ts';

const SERVING = 'knative-serving';
const PROVIDER = 'networking.knative.dev/ingress-provider';
const INSTALL =
  'https://knative.dev/docs/install/yaml-install/serving/install-serving-with-yaml/#install-a-networking-layer';

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

/** The class of ingress that Knative uses where nothing else is said. */
export function ingressClass(config: ConfigMap | undefined): string {
  const { 'ingress-class': named, 'ingress.class': older } = config?.data ?? {};
  return named ?? older ?? 'istio.ingress.networking.knative.dev';
}

export const readIngressClass = async (api: Api) =>
  ingressClass(await api.find<ConfigMap>(`/api/v1/namespaces/${SERVING}/configmaps/config-network`));

/** `kourier` of `kourier.ingress.networking.knative.dev`. */
export const providerOf = (ingress: string) => ingress.split('.')[0] ?? ingress;

export function judgeIngress(ingress: string, deployments: readonly Deployment[]): Finding {
  const provider = providerOf(ingress);
  const controllers = deployments.filter(({ metadata }) => metadata.labels?.[PROVIDER] === provider);
  if (controllers.length === 0)
    return missing(
      `ingress-class is ${ingress}, and ${SERVING} has no controller of ${provider}`,
      `install the networking layer ${provider}, or name the one that is there as ingress-class in the ConfigMap config-network: ${INSTALL}`,
    );
  const down = controllers.filter((one) => !isAvailable(one)).map(({ metadata }) => metadata.name);
  if (down.length === 0) return ok(provider);
  return missing(
    `${provider}, but ${down.join(', ')} is not available`,
    `see kubectl -n ${SERVING} describe deployment ${down.join(' ')}.`,
  );
}

export const ingress: Check = {
  title: 'Ingress',
  look: async ({ api }) =>
    judgeIngress(await readIngressClass(api), await api.list<Deployment>(deploymentsIn(SERVING))),
};
