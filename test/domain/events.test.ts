import { describe, expect, it } from 'vitest';
import { InvalidError } from '../../shared/domain/errors.ts';
import {
  appOfClusterEvent,
  githubEvent,
  ownEvent,
  parseClusterEvent,
  parseDeliveryEvent,
  parseOwnEvent,
} from '../../shared/domain/events.ts';
import { imageOfCommit, registryFault, requireAllowedRegistry } from '../../shared/domain/image-reference.ts';
import { waitingFor, workloadFailure } from '../../shared/domain/pod-failure.ts';
import { aPod, aWorkload, sha } from '../support/facts.ts';

const shop = { namespace: 'acme', name: 'shop' };

describe('an event of our own', () => {
  it('is about what its data names', () => {
    expect(ownEvent('dev.cite.head.found', shop).subject).toBe('acme/shop');
    expect(ownEvent('dev.cite.change.updated', { change: 'c' }).subject).toBe('c');
    expect(ownEvent('dev.cite.build.finished', { build: 'b' }).subject).toBe('b');
    expect(ownEvent('dev.cite.notice.written', { notice: 'n' }).subject).toBe('n');
    expect(ownEvent('dev.cite.sweep.requested', { by: 'Ada' }).subject).toBe('sweep');
  });

  it('is read back as it was sent, and nothing else is', () => {
    expect(parseOwnEvent('dev.cite.head.found', shop)).toEqual(shop);
    expect(() => parseOwnEvent('dev.cite.head.found', { name: 'shop' })).toThrow(InvalidError);
    expect(parseDeliveryEvent({ delivery: '1/guid' })).toBe('1/guid');
    expect(() => parseDeliveryEvent({})).toThrow(InvalidError);
  });

  it('of a webhook tells which delivery, not what is in it', () => {
    const event = githubEvent({ id: '1/guid', event: 'push', repository: 'acme/shop' });
    expect(event).toMatchObject({
      type: 'com.github.push',
      data: { delivery: '1/guid' },
      subject: 'acme/shop',
    });
  });
});

describe('an event of the cluster', () => {
  const of = (kind: string, name: string, labels?: Record<string, string>) =>
    parseClusterEvent({ kind, namespace: 'acme', name, data: labels ? { metadata: { labels } } : undefined });
  const app = (event: ReturnType<typeof of>) => event && appOfClusterEvent(event);

  it('tells its App by name, or by the label that everything of it bears', () => {
    expect(app(of('App', 'shop'))).toEqual(shop);
    expect(app(of('Pod', 'shop-r1-x', { 'cite.dev/app': 'shop' }))).toEqual(shop);
    expect(app(of('Pod', 'foreign'))).toBeUndefined();
  });

  it('is none without a kind and a name', () => {
    expect(parseClusterEvent({ kind: 'Pod' })).toBeUndefined();
  });
});

describe('why a Workload waits or has failed', () => {
  const late = aWorkload(2, { available: 0, progress: 'deadline exceeded' });

  it('is told of a pod that says nothing too', () => {
    expect(workloadFailure(late, [aPod(2)])?.why).toBe('0 of 2 pods became ready in time: not ready');
    expect(workloadFailure(late, [])?.why).toBe('0 of 2 pods became ready in time');
  });

  it('is what keeps the cluster from making pods, where there are none', () => {
    expect(waitingFor(aWorkload(2, { available: 0, blocked: 'exceeded quota' }), [])).toBe(
      '0 of 2 pods are ready: exceeded quota',
    );
  });

  it('never counts more ready pods than are wanted', () => {
    expect(waitingFor(aWorkload(2, { available: 5 }), [])).toBe('2 of 2 pods are ready');
  });
});

describe('the image of an external CI', () => {
  it('is named by the template of the App and the commit alone', () => {
    expect(imageOfCommit('r.test/a/b:v-{sha}', sha('a'))).toBe(`r.test/a/b:v-${sha('a')}`);
  });

  it('is of a registry that is allowed', () => {
    expect(registryFault('r.test/a/b:{sha}', ['r.test'])).toBeUndefined();
    expect(registryFault('r.test.evil/a/b:{sha}', ['r.test'])?.remedy).toBe('Use one of r.test');
    expect(registryFault('r.test/a/b:{sha}', [])?.remedy).toContain('ALLOWED_REGISTRIES');
    expect(() => requireAllowedRegistry('r.test/a/b:{sha}', ['r.test'])).not.toThrow();
    expect(() => requireAllowedRegistry('r.test/a/b:{sha}', [])).toThrow(InvalidError);
  });
});
