import { InvalidError } from '../../../../shared/domain/errors.ts';
import type { Objects } from './records.ts';

/** Names as Kubernetes takes them (RFC 1123): the only form in which one gets into a path here. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

export function requireLabel(field: string, name: string): void {
  if (!LABEL.test(name))
    throw new InvalidError(
      field,
      `${JSON.stringify(name)} is not a name`,
      'Use 1 to 63 of a-z, 0-9 and -, not - at either end.',
    );
}

export function requireSubdomain(field: string, name: string): void {
  if (!SUBDOMAIN.test(name))
    throw new InvalidError(
      field,
      `${JSON.stringify(name)} is not a name`,
      'Use a-z, 0-9, - and ., and begin and end with a-z or 0-9.',
    );
}

export function requireNamespace(records: Objects, namespace: string): void {
  if (!records.get('Namespace', '', namespace))
    throw new InvalidError(
      'metadata.namespace',
      `${JSON.stringify(namespace)} is not there`,
      'Make the namespace first.',
    );
}
