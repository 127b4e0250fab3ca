import { isDeepStrictEqual } from 'node:util';
import type { App, AppRef } from '../../shared/domain/app.ts';
import type { AppSpec } from '../../shared/domain/app-spec.ts';
import { again, requireLivingApp } from './app-of.ts';
import { wishFaults } from './field-faults.ts';
import { mergePatch } from './merge-patch.ts';
import type { Needs } from './needs.ts';
import { invalid, problems, refusal } from './problem.ts';
import { parseSpec } from './registration.ts';
import { requireSecret } from './require-secret.ts';
import { checkSource } from './source.ts';

/** Of its spec alone: what the platform writes of it meanwhile (its status, the release counter) is no reason to refuse a change. */
export const versionOf = ({ uid, generation }: App) => JSON.stringify(`${uid}.${generation}`);

/**
 * Merges the patch into the App's settings, checks the whole, and writes it unless somebody wrote in between. Gives the
 * names of those that are otherwise now.
 */
export function reconfigure(
  ports: Needs,
  ref: AppRef,
  patch: Readonly<Record<string, unknown>>,
  ifMatch: string | undefined,
): Promise<{ readonly app: App; readonly changed: readonly string[] }> {
  const faults = wishFaults(patch);
  if (faults.length > 0) throw problems(faults);
  return again(async () => {
    const app = await requireLivingApp(ports.cluster, ref);
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== versionOf(app)) {
      throw refusal(
        412,
        'The settings have changed since they were read. Read them again, then repeat the change.',
      );
    }
    const { hold: _, redeploy: __, ...settings } = app.spec;
    const spec = parseSpec(mergePatch(settings, patch));
    if (spec.repository !== app.spec.repository) {
      throw invalid('repository', 'cannot be changed', 'Register another App for another repository.');
    }
    if (sourceDiffers(app.spec, spec)) await checkSource(ports, spec);
    if (spec.secret !== app.spec.secret) await requireSecret(ports.cluster, app.namespace, spec);
    const names = Object.keys(spec) as (keyof typeof settings)[];
    const before = Object.keys(settings) as typeof names;
    const changed = [...new Set([...before, ...names])].filter(
      (name) => !isDeepStrictEqual(settings[name], spec[name]),
    );
    return { app: await ports.cluster.updateApp(app, { spec }), changed };
  });
}

/** Only then the code host is asked: other settings can be changed while it is down. */
const sourceDiffers = (before: AppSpec, after: AppSpec) =>
  before.branch !== after.branch ||
  before.build.context !== after.build.context ||
  before.image !== after.image;
