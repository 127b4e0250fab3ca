import { createHash } from 'node:crypto';
import type { AppSpec, PodSettings } from './app.ts';
import { canonicalJson } from './build.ts';

/** What of an App's spec enters the pod template. The rest applies in place (DESIGN §2). */
export function podSettings(spec: AppSpec): PodSettings {
  const { port, readiness, liveness, minReadySeconds, progressDeadlineSeconds } = spec;
  const { terminationGracePeriodSeconds, env, resources } = spec;
  return {
    port,
    readiness,
    liveness,
    minReadySeconds,
    progressDeadlineSeconds,
    terminationGracePeriodSeconds,
    env,
    resources,
  };
}

/** Differs from that of the newest Release → a new one. `secret` is the content of the App's Secret. */
export function specHash(spec: AppSpec, secret: Readonly<Record<string, string>>): string {
  return createHash('sha256')
    .update(canonicalJson([podSettings(spec), secret, spec.redeploy?.id ?? null]))
    .digest('hex')
    .slice(0, 16);
}
