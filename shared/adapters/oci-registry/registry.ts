import { RetryableError } from '../../domain/errors.ts';
import type { Registry } from '../../ports/registry.ts';

const TIMEOUT_MS = 8000;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Image types that a registry must be told of, or it converts an index to something else. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Registries over the OCI distribution API. `scheme` is http only for a registry inside the cluster. */
export function ociRegistry(options: { scheme: 'https' | 'http' }): Registry {
  return {
    async resolve(reference) {
      const { host, name, tag } = parse(reference);
      const url = `${options.scheme}://${host}/v2/${name}/manifests/${tag}`;
      const res = await fetch(url, {
        method: 'HEAD',
        headers: { accept: ACCEPT },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        throw new RetryableError(`the registry ${host} cannot be reached`, { cause });
      });
      if (res.status === 404) return undefined;
      const digest = res.headers.get('docker-content-digest');
      if (!res.ok || !digest)
        throw new RetryableError(`the registry ${host} answered ${res.status} for ${reference}`);
      if (!DIGEST.test(digest))
        throw new RetryableError(`the registry ${host} named no digest of ${reference}`);
      return `${host}/${name}@${digest}`;
    },
  };
}

function parse(reference: string): { host: string; name: string; tag: string } {
  const slash = reference.indexOf('/');
  const colon = reference.lastIndexOf(':');
  return {
    host: reference.slice(0, slash),
    name: reference.slice(slash + 1, colon),
    tag: reference.slice(colon + 1),
  };
}
