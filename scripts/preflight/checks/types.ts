import { type Check, type Finding, missing, ok } from '../finding.ts';
import type { ServedType } from '../served-types.ts';

type Component = 'Kubernetes' | 'Knative Serving' | 'Knative Eventing';

const remedies = {
  Kubernetes: 'upgrade the cluster.',
  'Knative Serving':
    'install Knative Serving with its CRDs (1.23 or newer): https://knative.dev/docs/install/yaml-install/serving/install-serving-with-yaml/',
  'Knative Eventing':
    'install Knative Eventing with its CRDs (1.22 or newer): https://knative.dev/docs/install/yaml-install/eventing/install-eventing-with-yaml/',
} as const satisfies Record<Component, string>;

function componentOf({ group }: ServedType): Component {
  if (!group.endsWith('knative.dev')) return 'Kubernetes';
  return /^(serving|networking\.internal)\./.test(group) ? 'Knative Serving' : 'Knative Eventing';
}

export function judgeTypes(component: Component, types: readonly ServedType[]): Finding {
  const wanted = types.filter((type) => componentOf(type) === component);
  const lacking = wanted.filter(({ plural }) => plural === undefined);
  if (lacking.length === 0) return ok(`all ${wanted.length} that the manifests use are served`);
  const names = lacking.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`);
  return missing(`not served: ${names.join(', ')}`, remedies[component]);
}

const typesOf = (component: Component): Check => ({
  title: `${component}: types`,
  look: async ({ types }) => judgeTypes(component, types),
});

export const kubernetesTypes = typesOf('Kubernetes');
export const servingTypes = typesOf('Knative Serving');
export const eventingTypes = typesOf('Knative Eventing');
