import { z } from 'zod';
import type { Filter } from './filter.ts';
import { durationMs } from './retry.ts';

/**
 * The Eventing manifests as far as one machine honours them. Every object is strict: what is not listed here is not
 * honoured, and a manifest that has it is refused rather than half obeyed.
 */
const duration = z.string().transform((text, context) => {
  const ms = durationMs(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'must be an ISO 8601 duration such as PT0.2S' });
  return z.NEVER;
});

const metadata = z.strictObject({
  name: z.string().min(1),
  namespace: z.string().min(1),
  labels: z.record(z.string(), z.string()).default({}),
});

const reference = <K extends string>(apiVersion: string, kind: K) =>
  z.strictObject({
    ref: z.strictObject({
      apiVersion: z.literal(apiVersion),
      kind: z.literal(kind),
      name: z.string().min(1),
      namespace: z.string().min(1),
    }),
  });
const toFunction = reference('serving.knative.dev/v1', 'Service');
const toBroker = reference('eventing.knative.dev/v1', 'Broker');

const labelSelector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string().min(1),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});
export type LabelSelector = z.output<typeof labelSelector>;

const attributes = z.record(z.string().regex(/^[a-z0-9]+$/), z.string().min(1));
const dialects = ['exact', 'prefix', 'suffix', 'all', 'any', 'not'] as const;
const filter: z.ZodType<Filter> = z.lazy(() =>
  z
    .strictObject({
      exact: attributes.optional(),
      prefix: attributes.optional(),
      suffix: attributes.optional(),
      all: z.array(filter).min(1).optional(),
      any: z.array(filter).min(1).optional(),
      not: filter.optional(),
      cesql: z
        .never('is not honoured on one machine: say it with exact, prefix, suffix, all, any and not')
        .optional(),
    })
    .refine((given) => dialects.filter((dialect) => given[dialect] !== undefined).length === 1, {
      message: `must have exactly one of ${dialects.join(', ')}`,
    })
    .transform((given) => given as Filter),
);

const broker = z.strictObject({
  apiVersion: z.literal('eventing.knative.dev/v1'),
  kind: z.literal('Broker'),
  metadata: metadata.extend({
    // Here the sender is always answered before the functions are: the other way is not to be had.
    annotations: z.strictObject({ 'messaging.knative.dev/async-handler': z.literal('true') }),
  }),
  spec: z.strictObject({
    delivery: z.strictObject({
      retry: z.int().min(0).max(100),
      backoffPolicy: z.enum(['linear', 'exponential']),
      backoffDelay: duration,
      timeout: duration,
      deadLetterSink: toFunction,
    }),
  }),
});

const trigger = z.strictObject({
  apiVersion: z.literal('eventing.knative.dev/v1'),
  kind: z.literal('Trigger'),
  metadata,
  spec: z.strictObject({
    broker: z.string().min(1),
    filters: z.array(filter).default([]),
    subscriber: toFunction,
  }),
});

const pingSource = z.strictObject({
  apiVersion: z.literal('sources.knative.dev/v1'),
  kind: z.literal('PingSource'),
  metadata,
  spec: z.strictObject({
    schedule: z.string().min(1),
    timezone: z.string().min(1).optional(),
    contentType: z.literal('application/json').optional(),
    data: z.string().refine(isJson, 'must be JSON').optional(),
    sink: toBroker,
  }),
});

const apiServerSource = z.strictObject({
  apiVersion: z.literal('sources.knative.dev/v1'),
  kind: z.literal('ApiServerSource'),
  metadata,
  spec: z.strictObject({
    mode: z.enum(['Reference', 'Resource']).default('Reference'),
    serviceAccountName: z.string().optional(),
    ceOverrides: z.strictObject({ extensions: attributes }).optional(),
    namespaceSelector: z.strictObject({}),
    resources: z
      .array(
        z.strictObject({
          apiVersion: z.string().min(1),
          kind: z.string().min(1),
          selector: labelSelector.prefault({}),
        }),
      )
      .min(1),
    sink: toBroker,
  }),
});

const keyReference = z.strictObject({
  name: z.string(),
  key: z.string(),
  optional: z.boolean().default(false),
});

export const WINDOW = 'autoscaling.knative.dev/window';

/** Milliseconds: as long without a request an instance is kept. Knative's own is 60 s. */
const window = z
  .string()
  .regex(/^\d+s$/, 'must be seconds such as 6s')
  .transform((text) => Number.parseInt(text, 10) * 1000)
  .prefault('60s');

/** A function's Service. What keeps it in bounds on a cluster (limits, concurrency) has no meaning in one process. */
const service = z.object({
  apiVersion: z.literal('serving.knative.dev/v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.object({
    template: z.object({
      metadata: z.object({ annotations: z.object({ [WINDOW]: window }).prefault({}) }).prefault({}),
      spec: z.object({
        serviceAccountName: z.string().optional(),
        containers: z.tuple([
          z.object({
            env: z.array(
              z.strictObject({
                name: z.string().min(1),
                value: z.string().optional(),
                valueFrom: z
                  .union([
                    z.strictObject({ configMapKeyRef: keyReference }),
                    z.strictObject({ secretKeyRef: keyReference }),
                  ])
                  .optional(),
              }),
            ),
          }),
        ]),
      }),
    }),
  }),
});

/** By `kind`. A kind that is in none of these lists is refused where Eventing's groups are meant. */
export const schemas = {
  Broker: broker,
  Trigger: trigger,
  PingSource: pingSource,
  ApiServerSource: apiServerSource,
  Service: service,
} as const;

type Manifest<K extends keyof typeof schemas> = z.output<(typeof schemas)[K]>;
export type BrokerManifest = Manifest<'Broker'>;
export type TriggerManifest = Manifest<'Trigger'>;
export type PingSourceManifest = Manifest<'PingSource'>;
export type ApiServerSourceManifest = Manifest<'ApiServerSource'>;
export type ServiceManifest = Manifest<'Service'>;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
