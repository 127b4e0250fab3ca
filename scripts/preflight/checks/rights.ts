import type { Api } from '../../cluster/api.ts';
import { type Check, type Finding, missing, ok, warning } from '../finding.ts';
import type { ServedType } from '../served-types.ts';

export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** kubectl apply reads each object, then makes or changes it. */
const APPLY = ['get', 'create', 'patch'];
const RBAC = 'rbac.authorization.k8s.io';

/** Rights to give away rights: needed by whoever does not have each of them already. */
const giving: readonly Right[] = [
  { verb: 'escalate', group: RBAC, resource: 'clusterroles' },
  { verb: 'escalate', group: RBAC, resource: 'roles' },
  { verb: 'bind', group: RBAC, resource: 'clusterroles' },
  { verb: 'bind', group: RBAC, resource: 'roles' },
];

const applying = (types: readonly ServedType[]): Right[] =>
  types.flatMap(({ group, plural }) =>
    plural === undefined ? [] : APPLY.map((verb) => ({ verb, group, resource: plural })),
  );

const nameOf = ({ group, resource }: Right) => (group === '' ? resource : `${resource}.${group}`);

export function judgeRights(denied: readonly Right[], asked: number): Finding {
  const owner = 'install as cluster-admin, or as somebody who has these rights.';
  const lacking = denied.filter((right) => APPLY.includes(right.verb));
  if (lacking.length > 0) {
    const names = [...new Set(lacking.map(nameOf))].map((name) => {
      const verbs = lacking.filter((right) => nameOf(right) === name).map(({ verb }) => verb);
      return `${verbs.join('/')} ${name}`;
    });
    return missing(`you may not ${names.join(', ')}`, owner);
  }
  if (denied.length > 0)
    return warning(
      `you may not ${denied.map((right) => `${right.verb} ${nameOf(right)}`).join(', ')}`,
      `the roles in knative/base/rights are refused unless you have each right in them yourself: ${owner}`,
    );
  return ok(`you may apply all that is installed (${asked} rights)`);
}

async function isAllowed(api: Api, { verb, group, resource }: Right): Promise<boolean> {
  const review = await api.post<{ status?: { allowed?: boolean } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource } },
    },
  );
  return review.status?.allowed === true;
}

export const rights: Check = {
  title: 'Rights',
  async look({ api, types }) {
    const asked = [...applying(types), ...giving];
    const allowed = await Promise.all(asked.map((right) => isAllowed(api, right)));
    return judgeRights(
      asked.filter((_, i) => !allowed[i]),
      asked.length,
    );
  },
};
