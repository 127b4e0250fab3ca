import { fileURLToPath } from 'node:url';
import { type Api, openApi, Refusal } from '../cluster/api.ts';
import { clusterCommand, runProgram } from '../cluster/program.ts';
import { brokerClass } from './checks/broker-class.ts';
import { domain } from './checks/domain.ts';
import { gateway } from './checks/gateway.ts';
import { ingress } from './checks/ingress.ts';
import { eventing, serving } from './checks/knative.ts';
import { kubernetesVersion } from './checks/kubernetes-version.ts';
import { nodes } from './checks/nodes.ts';
import { platformSecret } from './checks/platform-secret.ts';
import { registry } from './checks/registry.ts';
import { rights } from './checks/rights.ts';
import { eventingTypes, kubernetesTypes, servingTypes } from './checks/types.ts';
import type { Check, Finding, Scene } from './finding.ts';
import { readNeeds } from './needs.ts';
import { report, type Titled } from './report.ts';
import { servedTypes } from './served-types.ts';

const checks: readonly Check[] = [
  kubernetesVersion,
  nodes,
  kubernetesTypes,
  servingTypes,
  serving,
  eventingTypes,
  eventing,
  brokerClass,
  ingress,
  gateway,
  domain,
  rights,
  platformSecret,
  registry,
];

async function look(check: Check, scene: Scene): Promise<Titled[]> {
  const finding = await check.look(scene).catch((err: unknown): Finding => {
    if (!(err instanceof Refusal)) throw err;
    return {
      state: 'warning',
      says: `it was not to be seen: ${err.message}`,
      remedy: 'ask as somebody who may read it.',
    };
  });
  return finding ? [{ title: check.title, ...finding }] : [];
}

/** What this cluster lacks to run the platform. */
async function preflight(api: Api, named: string | undefined): Promise<readonly Titled[]> {
  const needs = readNeeds(fileURLToPath(new URL('../../knative/base', import.meta.url)));
  const types = await servedTypes(api, needs.types);
  const scene = { api, needs, types, registry: named };
  return (await Promise.all(checks.map((check) => look(check, scene)))).flat();
}

const program = clusterCommand('preflight')
  .description('Says what a cluster lacks before the platform is installed on it. It changes nothing.')
  .option('--registry <host/path>', 'also ask whether this registry answers: the BUILD_REGISTRY to be')
  .action(async (options: { kubeconfig?: string; context?: string; registry?: string }) => {
    const api = openApi(options);
    console.log(`API server: ${api.target}\n`);
    const findings = await preflight(api, options.registry);
    console.log(report(findings));
    if (findings.some(({ state }) => state === 'missing')) process.exitCode = 1;
  });

await runProgram('preflight', program);
