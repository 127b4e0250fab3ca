import { z } from '@hono/zod-openapi';
import type { App } from '../../../shared/domain/app.ts';
import { sentence } from '../../../shared/domain/plain-text.ts';
import type { Service } from '../../../shared/domain/workload.ts';
import type { Needs } from '../needs.ts';
import { type Part, partOf } from './part.ts';

/** The pods of an App, where its requests go, and what the cluster says is wrong. */
export const podsView = z
  .object({
    pods: z
      .array(
        z.object({
          name: z.string(),
          release: z.int(),
          phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed']),
          ready: z.boolean(),
          restarts: z.int(),
          address: z.string().optional().describe('Where it listens; absent: it has none yet.'),
          reason: z.string().optional().describe('CrashLoopBackOff, Unschedulable, …'),
          message: z.string().optional(),
        }),
      )
      .readonly(),
    endpoints: z
      .array(z.object({ release: z.int(), ready: z.int() }))
      .readonly()
      .describe('Ready pods that the Service sends requests to, by release.'),
    warnings: z
      .array(
        z.object({
          object: z.string().describe('Pod shop-r3-5d8f-x2x7z'),
          release: z.int().optional(),
          reason: z.string().describe('FailedScheduling, Unhealthy, BackOff, …'),
          message: z.string(),
          count: z.int(),
          at: z.string().describe('When it was told last.'),
        }),
      )
      .readonly()
      .describe('What the cluster says went wrong in the last hour or so, newest first.'),
    away: z.string().optional().describe('Why its warnings are not to be had.'),
  })
  .openapi('Pods');
export type PodsView = z.output<typeof podsView>;

export async function showPods({ cluster }: Pick<Needs, 'cluster'>, app: App): Promise<PodsView> {
  const [pods, service, warnings] = await Promise.all([
    cluster.listPods(app),
    cluster.getService(app),
    partOf(cluster.listWarnings(app)),
  ]);
  return {
    pods: pods.map(({ app: _, address, reason, message, ...pod }) => ({
      ...pod,
      ...(address ? { address: address.authority } : {}),
      ...(reason === undefined ? {} : { reason: sentence(reason) }),
      ...(message === undefined ? {} : { message: sentence(message) }),
    })),
    endpoints: endpointsOf(service),
    ...warningsOf(warnings),
  };
}

function endpointsOf(service: Pick<Service, 'endpoints'> | undefined) {
  const byRelease = Map.groupBy(service?.endpoints ?? [], (release) => release);
  return [...byRelease]
    .map(([release, all]) => ({ release, ready: all.length }))
    .toSorted((a, b) => b.release - a.release);
}

function warningsOf(part: Part<Awaited<ReturnType<Needs['cluster']['listWarnings']>>>) {
  if ('away' in part) return { warnings: [], away: part.away };
  return {
    warnings: part.value.map(({ at, reason, message, object, ...warning }) => ({
      ...warning,
      object: sentence(object),
      reason: sentence(reason),
      message: sentence(message),
      at: at.toISOString(),
    })),
  };
}
