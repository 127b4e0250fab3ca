import { InvalidError } from './errors.ts';

/** The image that an external CI pushes for a commit: the App's own template, never a word of a status (issue 3). */
export const imageOfCommit = (template: string, commit: string) => template.replaceAll('{sha}', commit);

/** What is wrong with an image of a registry that the platform's operator does not allow; undefined: it is allowed. */
export function registryFault(template: string, allowed: readonly string[]): InvalidError | undefined {
  const registry = template.slice(0, template.indexOf('/'));
  if (allowed.includes(registry)) return undefined;
  const remedy =
    allowed.length > 0 ? `Use one of ${allowed.join(', ')}` : 'Ask for it to be added to ALLOWED_REGISTRIES';
  return new InvalidError('spec.image', `registry ${registry} is not allowed`, remedy);
}

export function requireAllowedRegistry(template: string, allowed: readonly string[]): void {
  const fault = registryFault(template, allowed);
  if (fault) throw fault;
}
