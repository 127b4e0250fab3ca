import { z } from '@hono/zod-openapi';
import { type App, appSpec } from '../../../shared/domain/app.ts';
import type { Needs } from '../needs.ts';
import { changeView, showChange } from './change.ts';
import { releaseView, showReleases } from './release.ts';

const hold = appSpec.shape.hold;

/** An App in a list. `status` is what the cluster last wrote of it: the one App's own page reads anew. */
export const appSummary = z
  .object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    repository: z.string(),
    branch: z.string(),
    status: z.object({
      live: z.string().optional(),
      standby: z.string().optional(),
      commit: z.string().optional(),
      state: z.string().optional(),
      url: z.string().optional(),
    }),
    hold,
    deleting: z.boolean(),
    createdAt: z.string(),
  })
  .openapi('AppSummary');

export const appView = appSummary
  .extend({
    spec: appSpec.describe('As it was given, with the defaults.').openapi('AppSpec'),
    live: releaseView.optional(),
    standby: z.array(releaseView).readonly(),
    next: z.array(releaseView).readonly().describe('Releases on their way.'),
    conditions: z
      .array(
        z.object({
          type: z.string(),
          status: z.enum(['True', 'False', 'Unknown']),
          reason: z.string(),
          message: z.string(),
          lastTransitionTime: z.string(),
        }),
      )
      .readonly(),
    lastChange: changeView.optional(),
  })
  .openapi('App');

export type AppSummary = z.output<typeof appSummary>;
export type AppView = z.output<typeof appView>;

export function summarize(app: App): AppSummary {
  const { conditions: _, ...status } = app.status;
  return {
    namespace: app.namespace,
    name: app.name,
    uid: app.uid,
    repository: app.spec.repository,
    branch: app.spec.branch,
    status,
    ...(app.spec.hold ? { hold: app.spec.hold } : {}),
    deleting: app.deleting,
    createdAt: app.createdAt.toISOString(),
  };
}

export async function showApp(ports: Pick<Needs, 'cluster' | 'store'>, app: App): Promise<AppView> {
  const [releases, [lastChange]] = await Promise.all([
    showReleases(ports, app),
    ports.store.listChanges({ app: app.uid, limit: 1 }),
  ]);
  const live = releases.find(({ state }) => state === 'live');
  return {
    ...summarize(app),
    spec: app.spec,
    ...(live ? { live } : {}),
    standby: releases.filter(({ state }) => state === 'standby'),
    next: releases.filter(({ state }) => state === 'starting'),
    conditions: app.status.conditions,
    ...(lastChange ? { lastChange: showChange(lastChange) } : {}),
  };
}
