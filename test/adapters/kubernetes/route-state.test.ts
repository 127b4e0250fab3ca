import { describe, expect, it } from 'vitest';
import { type DomainMapping, toRoute } from '../../../shared/adapters/kubernetes/route-state.ts';

type Conditions = Readonly<Record<string, readonly [status: string, reason?: string, message?: string]>>;

/** All that Knative wrote of mappings on a cluster with Kourier, but for times. */
const mapping = (conditions: Conditions, status: object = {}): DomainMapping => ({
  metadata: { generation: 1 },
  status: {
    observedGeneration: 1,
    url: 'http://shop.test',
    conditions: Object.entries(conditions).map(([type, [state, reason, message]]) => ({
      type,
      status: state,
      ...(reason ? { reason } : {}),
      ...(message ? { message } : {}),
    })),
    ...status,
  },
});

const good = {
  CertificateProvisioned: ['True', 'TLSNotEnabled', 'external-domain-tls is not enabled'],
  DomainClaimed: ['True'],
  ReferenceResolved: ['True'],
} as const;
const waits = ['Unknown', 'Uninitialized', 'Waiting for load balancer to be ready'] as const;
const untaken = ['Unknown', 'IngressNotConfigured', 'Ingress has not yet been reconciled.'] as const;
const claimed = [
  'False',
  'DomainAlreadyClaimed',
  'The domain name is already in use by another DomainMapping',
] as const;
const missing = [
  'False',
  'ResolveFailed',
  'failed to get object acme/shop: services "shop" not found',
] as const;

describe('a DomainMapping', () => {
  it.each<[string, DomainMapping, object]>([
    ['that Knative has not seen is pending', { metadata: { generation: 1 } }, { state: 'pending' }],
    [
      'is pending while what Knative says is of an older one',
      { ...mapping({ ...good, Ready: ['True'] }), metadata: { generation: 2 } },
      { state: 'pending' },
    ],
    [
      'is ready when Knative says so',
      mapping({ ...good, IngressReady: ['True'], Ready: ['True'] }, { url: 'https://shop.test' }),
      { state: 'ready', reason: 'Ready', url: 'https://shop.test' },
    ],
    [
      'is pending until the gateway has been told',
      mapping({ ...good, IngressReady: untaken, Ready: untaken }),
      { state: 'pending', reason: 'IngressNotConfigured' },
    ],
    [
      'is ready once the gateway has been told, though the App gives Knative no proof',
      mapping({ ...good, IngressReady: waits, Ready: waits }),
      {
        state: 'ready',
        reason: 'Unproven',
        message: expect.stringContaining('/healthz'),
        url: 'http://shop.test',
      },
    ],
    [
      'is pending until it has its certificate',
      mapping({
        ...good,
        CertificateProvisioned: ['Unknown', 'CertificateNotReady'],
        IngressReady: waits,
        Ready: waits,
      }),
      { state: 'pending' },
    ],
    [
      'has failed where the host is not claimed for its Namespace',
      mapping({ DomainClaimed: claimed, IngressReady: untaken, Ready: claimed }),
      { state: 'failed', reason: 'DomainAlreadyClaimed', message: claimed[2] },
    ],
    [
      'has failed where the Service is not there',
      mapping({ ...good, ReferenceResolved: missing, IngressReady: untaken, Ready: missing }),
      { state: 'failed', reason: 'ResolveFailed', message: missing[2] },
    ],
  ])('%s', (_title, given, route) => {
    expect(toRoute('shop.test', given)).toMatchObject({ host: 'shop.test', ...route });
  });
});
