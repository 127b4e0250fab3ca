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

/** Merges the patch into the App's settings, checks the whole, and writes it unless somebody wrote in between. */
export function reconfigure(
  ports: Needs,
  ref: AppRef,
  patch: Readonly<Record<string, unknown>>,
  ifMatch: string | undefined,
): Promise<App> {
  const faults = wishFaults(patch);
  if (faults.length > 0) throw problems(faults);
  return again(async () => {
    const app = await requireLivingApp(ports.cluster, ref);
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== JSON.stringify(app.resourceVersion)) {
      throw refusal(412, 'The App has changed since it was read. Read it again, then repeat the change.');
    }
    const { hold: _, redeploy: __, ...settings } = app.spec;
    const spec = parseSpec(mergePatch(settings, patch));
    if (spec.repository !== app.spec.repository) {
      throw invalid('repository', 'cannot be changed', 'Register another App for another repository.');
    }
    if (sourceDiffers(app.spec, spec)) await checkSource(ports, spec);
    if (spec.secret !== app.spec.secret) await requireSecret(ports.cluster, app.namespace, spec);
    return ports.cluster.updateApp(app, { spec });
  });
}

/** Only then the code host is asked: other settings can be changed while it is down. */
const sourceDiffers = (before: AppSpec, after: AppSpec) =>
  before.branch !== after.branch ||
  before.build.context !== after.build.context ||
  before.image !== after.image;
