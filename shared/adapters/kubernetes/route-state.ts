import type { Route } from '../../domain/route.ts';

/** A DomainMapping as the API server answers with it. */
export interface DomainMapping {
  readonly metadata?: {
    readonly name?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly ref?: { readonly kind?: string; readonly name?: string } };
  readonly status?: {
    readonly url?: string;
    readonly observedGeneration?: number;
    readonly conditions?: readonly MappingCondition[];
  };
}

interface MappingCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Knative's words for the time in which its gateway was told of a route and gives no proof of it. */
const UNPROVEN = 'Uninitialized';

/**
 * Knative proves a route by asking the App itself for /healthz, and waits for ever where that is answered 404 or 503 (seen):
 * it leads to the App all the same as soon as the gateway was told, so that this counts as ready.
 */
export function toRoute(host: string, { metadata, status }: DomainMapping): Route {
  const conditions = new Map(status?.conditions?.map((one) => [one.type, one]));
  const ready = conditions.get('Ready');
  const isCurrent = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
  const url = status?.url === undefined ? {} : { url: status.url };
  const route = (state: Route['state'], reason: string, message: string): Route => ({
    host,
    state,
    reason,
    message,
    ...url,
  });
  if (!ready || !isCurrent) return route('pending', 'Pending', 'Knative has not looked at it yet.');
  if (ready.status === 'True') return route('ready', 'Ready', 'It leads to the App.');
  const { reason = 'NotReady', message = 'Knative does not say why.' } = ready;
  if (ready.status === 'False') return route('failed', reason, message);
  const others = [...conditions.values()].filter(({ type }) => type !== 'Ready' && type !== 'IngressReady');
  const isTold = conditions.get('IngressReady')?.reason === UNPROVEN;
  if (isTold && others.every((one) => one.status === 'True'))
    return route(
      'ready',
      'Unproven',
      'It leads to the App; Knative has no proof while GET /healthz is answered 404 or 503.',
    );
  return route('pending', reason, message);
}
