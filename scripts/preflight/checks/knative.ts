import { type Deployment, deploymentsIn, isAvailable } from '../deployments.ts';
import { type Check, type Finding, missing, ok, warning } from '../finding.ts';

export interface Component {
  readonly name: string;
  readonly namespace: string;
  /** Without these Deployments nothing of it works. */
  readonly required: readonly string[];
  /** Its version is read from this one. */
  readonly versioned: string;
  /** The lowest minor of Knative 1 that the platform was tried with. */
  readonly lowest: number;
  readonly install: string;
}

const SERVING: Component = {
  name: 'Knative Serving',
  namespace: 'knative-serving',
  required: ['activator', 'autoscaler', 'controller', 'webhook'],
  versioned: 'controller',
  lowest: 23,
  install: 'https://knative.dev/docs/install/yaml-install/serving/install-serving-with-yaml/',
};
const EVENTING: Component = {
  name: 'Knative Eventing',
  namespace: 'knative-eventing',
  required: ['eventing-controller', 'eventing-webhook'],
  versioned: 'eventing-controller',
  lowest: 22,
  install: 'https://knative.dev/docs/install/yaml-install/eventing/install-eventing-with-yaml/',
};

/** The minor of Knative 1; undefined: the label says none (`devel`). Its modules, v0.27 with 1.0, count apart. */
export function knativeMinor(version: string | undefined): number | undefined {
  const [, major, minor] = /^v?([01])\.(\d+)\b/.exec(version ?? '') ?? [];
  if (minor === undefined) return undefined;
  return major === '1' ? Number(minor) : Number(minor) - 27;
}

export function judgeComponent(component: Component, deployments: readonly Deployment[]): Finding {
  const { name, namespace, required, versioned, lowest, install } = component;
  const named = new Map(deployments.map((one) => [one.metadata.name, one]));
  const absent = required.filter((one) => !named.has(one));
  if (absent.length > 0)
    return missing(
      `the Namespace ${namespace} has no Deployment ${absent.join(', ')}`,
      `install ${name} 1.${lowest} or newer: ${install}`,
    );
  const down = deployments.filter((one) => !isAvailable(one)).map(({ metadata }) => metadata.name);
  const look = `see kubectl -n ${namespace} get pods.`;
  if (down.some((one) => required.includes(one)))
    return missing(`not available in ${namespace}: ${down.join(', ')}`, look);
  if (down.length > 0) return warning(`not available in ${namespace}: ${down.join(', ')}`, look);
  const label = named.get(versioned)?.metadata.labels?.['app.kubernetes.io/version'];
  const minor = knativeMinor(label);
  if (minor === undefined)
    return warning(
      `available, of an unknown version (${label ?? 'no label'})`,
      `see that it is 1.${lowest} or newer.`,
    );
  const all = `1.${minor}, ${deployments.length} Deployments available`;
  if (minor >= lowest) return ok(all);
  return warning(all, `the platform was tried with 1.${lowest} and newer: upgrade ${name}.`);
}

const availabilityOf = (component: Component): Check => ({
  title: component.name,
  look: async ({ api }) => judgeComponent(component, await api.list(deploymentsIn(component.namespace))),
});

export const serving = availabilityOf(SERVING);
export const eventing = availabilityOf(EVENTING);
