import { type Check, type Finding, missing, ok, warning } from '../finding.ts';

const NAMESPACE = 'cite-system';
const NAME = 'cite';
/** The one place that tells how it is made; only there is it known what the overlay needs besides. */
const MANUAL = 'docs/install.md, step 3 (Namespaces and Secrets)';

export interface SecretFacts {
  readonly hasNamespace: boolean;
  /** Of the Secret that is there; undefined: there is none. */
  readonly keys: readonly string[] | undefined;
}

export function judgeSecret(wanted: readonly string[], { hasNamespace, keys }: SecretFacts): Finding {
  const lacking = wanted.filter((key) => !keys?.includes(key));
  if (lacking.length === 0) return ok(`${NAMESPACE}/${NAME} has ${wanted.join(', ')}`);
  if (keys)
    return missing(
      `${NAMESPACE}/${NAME} lacks ${lacking.join(', ')}`,
      `kubectl -n ${NAMESPACE} edit secret ${NAME}: add them under stringData; ${MANUAL}, says what each is.`,
    );
  const remedy = `see ${MANUAL}: the overlay small needs REDIS_PASSWORD in it, too.`;
  if (hasNamespace) return missing(`there is no Secret ${NAMESPACE}/${NAME}`, remedy);
  return warning(`there is no Namespace ${NAMESPACE} yet, nor its Secret ${NAME}`, remedy);
}

export const platformSecret: Check = {
  title: 'Secret',
  async look({ api, needs }) {
    const path = `/api/v1/namespaces/${NAMESPACE}`;
    const hasNamespace = (await api.find(path)) !== undefined;
    const secret = await api.find<{ data?: Record<string, string> }>(`${path}/secrets/${NAME}`);
    return judgeSecret(needs.secretKeys, { hasNamespace, keys: secret && Object.keys(secret.data ?? {}) });
  },
};
