import type { KubeObject } from '../../cluster/api.ts';
import { type Check, type Finding, missing, ok } from '../finding.ts';

export interface Node extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: { readonly architecture?: string };
  };
}

const ARCHITECTURES = ['amd64', 'arm64'];

/** Whether they have room is not asked: requests are a matter of the overlay. */
export function judgeNodes(nodes: readonly Node[]): Finding {
  const ready = nodes.filter(
    ({ spec, status }) =>
      !spec?.unschedulable &&
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
  );
  const [first] = ready;
  if (!first)
    return missing(
      nodes.length === 0 ? 'there is none' : `none of ${nodes.length} is ready and takes pods`,
      'add a node, or see what kubectl describe nodes says; kubectl uncordon <node> lets pods onto one again.',
    );
  const architectures = [...new Set(ready.map(({ status }) => status?.nodeInfo?.architecture ?? 'unknown'))];
  const count = `${ready.length} of ${nodes.length} ready (${architectures.join(', ')})`;
  if (architectures.some((one) => ARCHITECTURES.includes(one))) return ok(count);
  return missing(count, `add nodes of ${ARCHITECTURES.join(' or ')}: there is no image for others.`);
}

export const nodes: Check = {
  title: 'Nodes',
  look: async ({ api }) => judgeNodes(await api.list<Node>('/api/v1/nodes')),
};
