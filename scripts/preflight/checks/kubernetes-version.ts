import { type Check, type Finding, missing, ok } from '../finding.ts';

/** The lowest minor of Kubernetes 1 that Knative 1.22 and 1.23 start on. */
const LOWEST = 34;

export function judgeVersion({ minor, gitVersion }: { minor: string; gitVersion: string }): Finding {
  // Some providers write `34+`.
  if (Number.parseInt(minor, 10) >= LOWEST) return ok(gitVersion);
  return missing(
    `${gitVersion}, and Knative 1.22 and newer start on 1.${LOWEST} or newer`,
    `upgrade the cluster to Kubernetes 1.${LOWEST}.`,
  );
}

export const kubernetesVersion: Check = {
  title: 'Kubernetes',
  look: async ({ api }) => judgeVersion(await api.get('/version')),
};
