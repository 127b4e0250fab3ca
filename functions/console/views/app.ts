import { z } from '@hono/zod-openapi';
import type { App } from '../../../shared/domain/app.ts';
import { appSpec } from '../../../shared/domain/app-spec.ts';
import type { Needs } from '../needs.ts';
import { changeView, showChange } from './change.ts';
import { releaseView, showReleases } from './release.ts';
import { appSummary, summarize } from './summary.ts';

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
export type AppView = z.output<typeof appView>;

/** An App that was registered just now. */
export const newAppView = appView
  .extend({ head: z.string().describe('Commit at the head of its branch: the first that is deployed.') })
  .openapi('RegisteredApp');
export type NewAppView = z.output<typeof newAppView>;

export async function showApp(ports: Pick<Needs, 'cluster' | 'store' | 'clock'>, app: App): Promise<AppView> {
  const [releases, [lastChange]] = await Promise.all([
    showReleases(ports, app),
    ports.store.listChanges({ app: app.uid, limit: 1 }),
  ]);
  const live = releases.find(({ state }) => state === 'live');
  return {
    ...summarize({ app, live: live?.number, newest: lastChange, latest: releases[0] }),
    spec: app.spec,
    ...(live ? { live } : {}),
    standby: releases.filter(({ state }) => state === 'standby'),
    next: releases.filter(({ state }) => state === 'starting'),
    conditions: app.status.conditions,
    ...(lastChange ? { lastChange: showChange(lastChange) } : {}),
  };
}
