import type { Deployment as DeploymentJson } from '@octokit/webhooks-types';
import type { Deployment, DeploymentStatus } from '../records/deployments.ts';
import type { Repository } from '../repositories.ts';
import { repositoryUrl } from './repository.ts';
import { type Addresses, nodeId, userJson } from './user.ts';

export function deploymentJson(
  deployment: Deployment,
  repository: Repository,
  addresses: Addresses,
): DeploymentJson {
  const repository_url = repositoryUrl(repository, addresses);
  const url = `${repository_url}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload as DeploymentJson['payload'],
    original_environment: deployment.environment,
    environment: deployment.environment,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    description: deployment.description,
    creator: userJson(deployment.creator, addresses),
    created_at: deployment.createdAt,
    updated_at: deployment.updatedAt,
    statuses_url: `${url}/statuses`,
    repository_url,
  };
}

export function deploymentStatusJson(
  status: DeploymentStatus,
  deployment: Deployment,
  repository: Repository,
  addresses: Addresses,
) {
  const repository_url = repositoryUrl(repository, addresses);
  const deployment_url = `${repository_url}/deployments/${deployment.id}`;
  return {
    url: `${deployment_url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: userJson(status.creator, addresses),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url,
    repository_url,
  };
}
