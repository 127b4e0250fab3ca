import { RetryableError } from '../../domain/errors.ts';
import type { DeploymentReport } from '../../ports/code-host.ts';
import { type Address, commitSha, cutDescription } from './address.ts';
import type { Client } from './client.ts';

/** Gives the Release's GitHub Deployment its state; makes it first where no earlier report has. */
export async function reportDeployment(github: Client, at: Address, report: DeploymentReport): Promise<void> {
  const release = { ...at, sha: commitSha(report.commit), task: report.task };
  const { data: known } = await github.rest.repos.listDeployments({ ...release, per_page: 100 });
  // The oldest: should two reports ever have made one each, all later ones agree on which counts.
  const deployment_id = Number(known.at(-1)?.id ?? (await makeDeployment(github, at, report)));
  await github.rest.repos.createDeploymentStatus({
    ...at,
    deployment_id,
    state: report.state,
    environment: report.environment,
    description: cutDescription(report.description),
    // The platform itself tells when a Release is no longer in use.
    auto_inactive: false,
    ...(report.logUrl ? { log_url: report.logUrl } : {}),
    ...(report.environmentUrl ? { environment_url: report.environmentUrl } : {}),
  });
}

async function makeDeployment(github: Client, at: Address, report: DeploymentReport) {
  const { data } = await github.rest.repos.createDeployment({
    ...at,
    ref: report.commit,
    task: report.task,
    environment: report.environment,
    // The platform has judged the checks, and deploys this commit as it is: GitHub neither waits nor merges.
    required_contexts: [],
    auto_merge: false,
    // An App stays until a person deletes it. Whether it is production, GitHub tells by the environment's name.
    transient_environment: false,
  });
  if (!('id' in data)) throw new RetryableError(`GitHub did not make the deployment: ${data.message ?? ''}`);
  return data.id;
}
