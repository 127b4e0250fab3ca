import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readManifests } from '../../scripts/local/broker/manifests.ts';
import { localFunctions } from '../../scripts/local/local-functions.ts';
import { localSecrets } from '../../scripts/local/secrets.ts';

const manifests = readManifests('knative/base');
const values = {
  GITHUB_TOKEN: 't'.repeat(32),
  WEBHOOK_SECRET: 's'.repeat(32),
  WEBHOOK_URL: 'http://127.0.0.1:1/webhooks',
  CONSOLE_URL: 'http://localhost:1',
  BROKER_URL: 'http://127.0.0.1:2',
};
const functions = localFunctions(manifests, values);
const named = (name: string) => functions.find((fn) => fn.name === name);

describe('the environment of a function on one machine', () => {
  test('is what its manifest names, and nothing else', () => {
    expect(named('receiveWebhook')?.env).toEqual({
      FUNCTION_TARGET: 'receiveWebhook',
      WEBHOOK_SECRET: values.WEBHOOK_SECRET,
      BROKER_URL: values.BROKER_URL,
    });
    expect(named('gcSweep')?.env).not.toHaveProperty('GITHUB_TOKEN');
    expect(named('notify')?.env).not.toHaveProperty('WEBHOOK_SECRET');
  });

  test('comes with how long an idle process is kept, as its manifest says', () => {
    expect(named('onPush')?.idleMs).toBe(30_000);
    expect(named('gcSweep')?.idleMs).toBe(6000);
    const [service] = manifests.services;
    if (!service) throw new Error('there is no function');
    const [key] = Object.keys(service.spec.template.metadata.annotations);
    expect(key).toBe('autoscaling.knative.dev/window');
    const template = { ...service.spec.template, metadata: { annotations: { [String(key)]: 45_000 } } };
    const changed = { ...service, spec: { ...service.spec, template } } as typeof service;
    const [fn] = localFunctions({ ...manifests, services: [changed] }, values);
    expect(fn?.idleMs).toBe(45_000);
  });

  test('lacks no value that its manifest asks for', () => {
    const { CONSOLE_URL: _, ...rest } = values;
    expect(() => localFunctions(manifests, rest)).toThrow(
      'Service console: one machine has no value for CONSOLE_URL',
    );
  });
});

describe('the secrets of one machine', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cite-secrets-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  test('are made once, for their owner alone', () => {
    const made = localSecrets(dir);
    expect(localSecrets(dir)).toEqual(made);
    expect(made.githubToken).not.toBe(made.webhookSecret);
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });
});
