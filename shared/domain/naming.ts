import { createHash } from 'node:crypto';

/** Longest name of an App: its Workloads add `-r<number>`, and DNS labels end at 63 (DESIGN §3). */
export const MAX_NAME = 40;
const HASH_DIGITS = 6;

/**
 * The name that is proposed for an App: `<repo>` for the default branch, else `<repo>-<branch>`, as a DNS-1035 label of
 * at most 40 characters. Where that loses something of the source, a hash of the source is appended, so that
 * `feature/x` and `feature-x` never meet (DESIGN §3).
 */
export function proposeName(repository: string, branch: string, defaultBranch: string): string {
  const repo = repository.slice(repository.indexOf('/') + 1);
  const plain = branch === defaultBranch ? repo : `${repo}-${branch}`;
  const label = dnsLabel(plain);
  return label === plain && label.length <= MAX_NAME ? label : withHash(label, source(repository, branch));
}

/** The name to take where the proposed one belongs to another source. */
export function alternativeName(repository: string, branch: string): string {
  const repo = repository.slice(repository.indexOf('/') + 1);
  return withHash(dnsLabel(repo), source(repository, branch));
}

/** Whether it may name an App, and with it a Service: DNS-1035, at most 40 characters. */
export function isAppName(name: string): boolean {
  return name.length <= MAX_NAME && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name);
}

/** The Namespace of an owner (GitHub organisation): lower-cased (DESIGN §3). */
export const namespaceOf = (owner: string) => owner.toLowerCase();

export const ownerOf = (repository: string) => repository.slice(0, repository.indexOf('/'));

/** Namespaces that no App may be in, whoever asks (DESIGN §3). */
export function isReservedNamespace(namespace: string, platform: string): boolean {
  return namespace === 'default' || namespace === platform || /^(kube|knative|cite)-/.test(namespace);
}

/** What pods pull images of a private registry with: an operator's Secret beside the platform, copied to its tenants. */
export const PULL_SECRET = 'cite-pull';

export const workloadName = (app: string, release: number) => `${app}-r${release}`;

const source = (repository: string, branch: string) => `${repository.toLowerCase()}#${branch}`;

function dnsLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return /^[a-z]/.test(label) ? label : `app-${label}`.replace(/-+$/, '');
}

function withHash(label: string, of: string): string {
  const hash = createHash('sha256').update(of).digest('hex').slice(0, HASH_DIGITS);
  return `${label.slice(0, MAX_NAME - HASH_DIGITS - 1).replace(/-+$/, '')}-${hash}`;
}
