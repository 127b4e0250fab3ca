import type { Variable } from '../../shared/runtime/config.ts';
import { ManifestError, type Manifests } from './broker/manifests.ts';
import { type ServiceManifest, WINDOW } from './broker/schema.ts';

/** One function as its manifest gives it. */
export interface LocalFunction {
  /** Folder and registered name. */
  readonly name: string;
  /** Name of its Service: what Triggers subscribe. */
  readonly service: string;
  readonly env: Readonly<Record<string, string>>;
  /** The variables that it may read, set or not. */
  readonly variables: readonly Variable[];
  /** As long without a request a process of it is kept. */
  readonly idleMs: number;
}

/** Of systems that one machine has its own adapters for, and of access that loopback takes the place of. */
const NOT_HERE = new Set(['REDIS_URL', 'BUILD_REGISTRY', 'BUILD_IMAGE', 'API_TOKEN']);

/**
 * What each function finds in its environment: the values that its manifest names, from the ConfigMap and the Secret
 * that one machine has. Throws ManifestError for a value that is not to be had.
 */
export function localFunctions(
  manifests: Manifests,
  values: Readonly<Partial<Record<Variable, string>>>,
): LocalFunction[] {
  return manifests.services.map((service) => {
    const env: Record<string, string> = {};
    for (const { name, value } of environmentOf(service, values)) if (value !== undefined) env[name] = value;
    const { FUNCTION_TARGET: target } = env;
    if (!target || !/^[a-zA-Z]+$/.test(target))
      throw new ManifestError(`Service ${service.metadata.name}: FUNCTION_TARGET must name a function`);
    return {
      name: target,
      service: service.metadata.name,
      env,
      variables: namesOf(service) as Variable[],
      idleMs: service.spec.template.metadata.annotations[WINDOW],
    };
  });
}

const entriesOf = (service: ServiceManifest) => service.spec.template.spec.containers[0].env;

const namesOf = (service: ServiceManifest) =>
  entriesOf(service)
    .map(({ name }) => name)
    .filter((name) => name !== 'FUNCTION_TARGET' && !NOT_HERE.has(name));

function environmentOf(service: ServiceManifest, values: Readonly<Record<string, string | undefined>>) {
  return entriesOf(service).map(({ name, value, valueFrom }) => {
    if (!valueFrom) return { name, value };
    const { key, optional } =
      'secretKeyRef' in valueFrom ? valueFrom.secretKeyRef : valueFrom.configMapKeyRef;
    if (values[key] === undefined && !optional && !NOT_HERE.has(key))
      throw new ManifestError(`Service ${service.metadata.name}: one machine has no value for ${key}`);
    return { name, value: values[key] };
  });
}
