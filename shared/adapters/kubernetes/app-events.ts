import { createHash } from 'node:crypto';
import type { Warning } from '../../domain/workload.ts';
import type { Apps } from '../../ports/cluster.ts';
import { appResource } from './app-objects.ts';
import { type Connection, pages } from './connection.ts';
import { ask, create } from './errors.ts';
import { checkNames, isObjectName, managed } from './objects.ts';
import { toWarning } from './warnings.ts';

/** Kubernetes refuses a longer one. */
const MAX_MESSAGE = 1024;
/** Warnings that one listing gives. */
const MOST = 20;

/** Events as `kubectl describe app` shows them. The name follows from the id: one that is there already is left alone. */
export function kubernetesAppEvents({ core }: Connection): Pick<Apps, 'recordEvent' | 'listWarnings'> {
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

    async listWarnings(app) {
      const { namespace } = app;
      if (!isObjectName(namespace) || !isObjectName(app.name)) return [];
      const fieldSelector = 'type=Warning';
      const warnings: Warning[] = [];
      for await (const event of pages((page) =>
        ask(core.listNamespacedEvent({ namespace, fieldSelector, ...page })),
      )) {
        const warning = toWarning(event, app);
        if (warning) warnings.push(warning);
      }
      return warnings.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, MOST);
    },
  };
}
