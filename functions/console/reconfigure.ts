import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { App, AppRef } from '../../shared/domain/app.ts';
import type { AppSpec } from '../../shared/domain/app-spec.ts';
import { canonicalJson } from '../../shared/domain/build.ts';
import { again, requireLivingApp } from './app-of.ts';
import { wishFaults } from './field-faults.ts';
import { requireMayUseSecret, secretsOf } from './may-use-secret.ts';
import { mergePatch } from './merge-patch.ts';
import type { Needs } from './needs.ts';
import { invalid, problems, refusal } from './problem.ts';
import { parseSpec } from './registration.ts';
import { requireSecret } from './require-secret.ts';
import type { Rights } from './rights.ts';
import { checkSource } from './source.ts';

/**
 * That of an App's settings, quoted as HTTP wants it: a Hold, a redeploy and what the platform writes of the App meanwhile
 * are no settings, and no reason to refuse a change of these.
 */
export const etagOf = ({ uid, spec }: App) => JSON.stringify(sha256(canonicalJson([uid, settingsOf(spec)])));

const settingsOf = ({ hold: _, redeploy: __, ...settings }: AppSpec) => settings;

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

export interface Reconfigured {
  readonly app: App;
  /** Names of the settings that are otherwise now. */
  readonly changed: readonly string[];
}

/** What the audit tells of it: nothing where nothing changed. */
export const changedSettings = ({ changed }: Reconfigured) =>
  changed.length === 0 ? undefined : { details: { settings: changed.join(', ') } };

/**
 * Merges the patch into the App's settings, checks the whole, and writes it unless somebody wrote in between.
 */
export function reconfigure(
  ports: Needs,
  rights: Rights,
  ref: AppRef,
  patch: Readonly<Record<string, unknown>>,
  ifMatch: string | undefined,
): Promise<Reconfigured> {
  const faults = wishFaults(patch);
  if (faults.length > 0) throw problems(faults);
  return again(async () => {
    const app = await requireLivingApp(ports.cluster, ref);
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(app)) {
      throw refusal(
        412,
        'The settings have changed since they were read. Read them again, then repeat the change.',
      );
    }
    const settings = settingsOf(app.spec);
    const spec = parseSpec(mergePatch(settings, patch));
    if (spec.repository !== app.spec.repository) {
      throw invalid('repository', 'cannot be changed', 'Register another App for another repository.');
    }
    if (sourceDiffers(app.spec, spec)) await checkSource(ports, spec);
    const before = secretsOf(app.spec);
    for (const secret of secretsOf(spec).filter((one) => !before.includes(one)))
      await requireMayUseSecret(ports, rights, app.namespace, secret);
    if (spec.secret !== app.spec.secret) await requireSecret(ports.cluster, app.namespace, spec);
    const names = Object.keys({ ...settings, ...spec }) as (keyof typeof settings)[];
    const changed = names.filter((name) => !isDeepStrictEqual(settings[name], spec[name]));
    return { app: await ports.cluster.updateApp(app, { spec }), changed };
  });
}

/** Only then the code host is asked: other settings can be changed while it is down. */
const sourceDiffers = (before: AppSpec, after: AppSpec) =>
  before.branch !== after.branch ||
  before.build.context !== after.build.context ||
  before.image !== after.image;
