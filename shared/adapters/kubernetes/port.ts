import { adapter } from '../../runtime/adapter.ts';
import { kubernetesCluster } from './cluster.ts';

export const kubernetesPort = adapter(
  ['PLATFORM_NAMESPACE', 'BUILD_NAMESPACE', 'BUILD_REGISTRY', 'BUILD_IMAGE'],
  ({ config }) =>
    kubernetesCluster({
      platformNamespace: config.PLATFORM_NAMESPACE,
      buildNamespace: config.BUILD_NAMESPACE,
      imagePrefix: config.BUILD_REGISTRY,
      buildImage: config.BUILD_IMAGE,
    }),
);
