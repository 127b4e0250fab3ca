import type {
  DeploymentCreatedEvent,
  DeploymentStatusCreatedEvent,
  Repository as RepositoryJson,
} from '@octokit/webhooks-types';
import { deploymentJson, deploymentStatusJson } from '../../json/deployment.ts';
import { type Addresses, userJson } from '../../json/user.ts';
import type { Deployment, DeploymentStatus } from '../../records/deployments.ts';
import type { Repository } from '../../repositories.ts';

/** GitHub's `deployment` event. */
export const deploymentEvent = (
  deployment: Deployment,
  repository: Repository,
  json: RepositoryJson,
  addresses: Addresses,
): DeploymentCreatedEvent => ({
  action: 'created',
  deployment: deploymentJson(deployment, repository, addresses),
  workflow: null,
  workflow_run: null,
  repository: json,
  sender: userJson(deployment.creator, addresses),
});

/** A status that GitHub tells of: of one that became inactive it sends no event. */
export type AnnouncedStatus = DeploymentStatus & {
  readonly state: Exclude<DeploymentStatus['state'], 'inactive'>;
};

export const isAnnounced = (status: DeploymentStatus): status is AnnouncedStatus =>
  status.state !== 'inactive';

/** GitHub's `deployment_status` event. */
export const deploymentStatusEvent = (
  status: AnnouncedStatus,
  deployment: Deployment,
  repository: Repository,
  json: RepositoryJson,
  addresses: Addresses,
): DeploymentStatusCreatedEvent => ({
  action: 'created',
  deployment_status: {
    ...deploymentStatusJson(status, deployment, repository, addresses),
    state: status.state,
  },
  deployment: deploymentJson(deployment, repository, addresses),
  repository: json,
  sender: userJson(status.creator, addresses),
});
