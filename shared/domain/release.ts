import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AppSpec } from './app-spec.ts';
import { canonicalJson } from './build.ts';

/**
 * An immutable version of an App, numbered r1, r2, … The number is given once and stored, never computed: the schema is
 * that of the records that clusters keep it in.
 */
export const releaseRecord = z.object({
  number: z.int().min(1),
  /** Id of the Change that caused it: one Release per Change. */
  change: z.string(),
  commit: z.string(),
  /** Image with digest: `registry/name@sha256:…`. */
  image: z.string(),
  /** Of the pod settings, the secret's content and `redeploy`: differs → a new Release. */
  specHash: z.string(),
  /** Of the secret's content alone, so that a later release can say whether it has another one; absent: it was made before there was one. */
  secretHash: z.string().optional(),
  /** `spec.redeploy.id` when it was made. */
  redeploy: z.string().optional(),
  createdAt: z.iso.datetime(),
});

export type Release = Readonly<Omit<z.output<typeof releaseRecord>, 'redeploy' | 'secretHash'>> & {
  readonly redeploy?: string;
  readonly secretHash?: string;
};

/** Everything that enters a pod template but the image and the secret's copy. Replicas, hold, retention and checks are not part of a Release. */
export interface PodSettings
  extends Pick<
    AppSpec,
    | 'port'
    | 'readiness'
    | 'minReadySeconds'
    | 'progressDeadlineSeconds'
    | 'terminationGracePeriodSeconds'
    | 'env'
    | 'resources'
  > {
  readonly liveness: AppSpec['liveness'] | undefined;
}

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

type Secret = Readonly<Record<string, string>>;

/** Differs from that of the newest Release → a new one. `secret` is the content of the App's Secret. */
export const specHash = (spec: AppSpec, secret: Secret): string =>
  hashOf([podSettings(spec), secret, spec.redeploy?.id ?? null]);

/** `app` is the App's uid: that two Apps have the same content is not to be seen. */
export const secretHash = (app: string, secret: Secret): string => hashOf([app, secret]);

const hashOf = (content: unknown): string =>
  createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 16);
