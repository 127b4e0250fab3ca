import { adapter } from '../../runtime/adapter.ts';
import { kubernetesCluster } from './cluster.ts';

export const kubernetesPort = adapter(
  [
    'PLATFORM_NAMESPACE',
    'BUILD_NAMESPACE',
    'BUILD_REGISTRY',
    'BUILD_IMAGE',
    'BUILD_NODES',
    'BUILD_HOST_USERS',
    'PULL_SECRET',
  ],
  ({ config, clock }) =>
    kubernetesCluster({
      clock,
      platformNamespace: config.PLATFORM_NAMESPACE,
      buildNamespace: config.BUILD_NAMESPACE,
      imagePrefix: config.BUILD_REGISTRY,
      buildImage: config.BUILD_IMAGE,
      buildNodes: config.BUILD_NODES,
      buildHostUsers: config.BUILD_HOST_USERS,
      pullSecret: config.PULL_SECRET,
    }),
);
