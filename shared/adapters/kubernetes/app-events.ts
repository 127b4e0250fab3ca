import { createHash } from 'node:crypto';
import type { Apps } from '../../ports/cluster.ts';
import { appResource } from './app-objects.ts';
import type { Connection } from './connection.ts';
import { create } from './errors.ts';
import { checkNames, managed } from './objects.ts';

/** Kubernetes refuses a longer one. */
const MAX_MESSAGE = 1024;

/** Events as `kubectl describe app` shows them. The name follows from the id: one that is there already is left alone. */
export function kubernetesAppEvents({ core }: Connection): Pick<Apps, 'recordEvent'> {
  return {
    async recordEvent({ namespace, name, uid }, { id, type, reason, message, at }) {
      checkNames({ namespace, name });
      const digest = createHash('sha256').update(`${uid}/${id}`).digest('hex').slice(0, 16);
      const { group, version } = appResource;
      await create(
        core.createNamespacedEvent({
          namespace,
          body: {
            metadata: { name: `${name}.${digest}`, namespace, labels: { ...managed } },
            involvedObject: { apiVersion: `${group}/${version}`, kind: 'App', namespace, name, uid },
            type,
            reason,
            message: message.slice(0, MAX_MESSAGE),
            count: 1,
            firstTimestamp: at,
            lastTimestamp: at,
            source: { component: 'cite' },
            reportingComponent: 'cite',
          },
        }),
      );
    },
  };
}
