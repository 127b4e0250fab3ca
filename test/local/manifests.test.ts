import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Filter, passes } from '../../scripts/local/broker/filter.ts';
import { readManifests } from '../../scripts/local/broker/manifests.ts';
import { schedule } from '../../scripts/local/broker/schedule.ts';
import { ownEvents } from '../../shared/domain/events.ts';
import { ConfigError, readConfig, type Variable } from '../../shared/runtime/config.ts';

const manifests = readManifests('knative/base');
const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe('the manifests', () => {
  test('there is one for every function folder, under its name', () => {
    const folders = readdirSync('functions').sort();
    expect(manifests.services.map(({ metadata }) => metadata.name).sort()).toEqual(folders.map(kebab).sort());
    expect(
      readdirSync('knative/base/functions')
        .filter((name) => name !== 'kustomization.yaml')
        .sort(),
    ).toEqual(folders.map((name) => `${kebab(name)}.yaml`).sort());
  });

  test.each(manifests.services)(
    '$metadata.name registers the function of its folder',
    ({ metadata, spec }) => {
      const target = spec.template.spec.containers[0].env.find(
        ({ name }) => name === 'FUNCTION_TARGET',
      )?.value;
      expect(readdirSync('functions')).toContain(target);
      expect(kebab(target ?? '')).toBe(metadata.name);
    },
  );

  test.each(manifests.services)(
    '$metadata.name is given only variables that a function reads',
    ({ spec }) => {
      for (const { name } of spec.template.spec.containers[0].env.slice(1)) {
        try {
          readConfig({}, [name as Variable]);
        } catch (err) {
          expect(err).toBeInstanceOf(ConfigError);
        }
      }
    },
  );

  test('every variable that a deployed function does not start without is given to it', async () => {
    const asked = await Promise.all(
      manifests.services.map(async ({ metadata, spec }) => {
        const { env } = spec.template.spec.containers[0];
        const target = env.find(({ name }) => name === 'FUNCTION_TARGET')?.value;
        const given = new Set(env.filter(isCertain).map(({ name }) => name));
        const missing = (await variablesOf(`functions/${target}/index.ts`)).filter(
          (name) => !given.has(name),
        );
        return { function: metadata.name, missing };
      }),
    );
    expect(asked.filter(({ missing }) => missing.length > 0)).toEqual([]);
  }, 60_000);

  test.each(manifests.triggers)('the event types of Trigger $metadata.name exist', ({ spec }) => {
    const types = spec.filters.flatMap(typesOf);
    expect(types.length).toBeGreaterThan(0);
    for (const matches of types) expect(known.filter(matches)).not.toEqual([]);
  });

  test('every event of the platform and of its sources wakes a function', () => {
    const types = manifests.triggers.flatMap(({ spec }) => spec.filters.flatMap(typesOf));
    expect(known.filter((one) => !types.some((matches) => matches(one)))).toEqual([]);
  });
});

type Variables = (typeof manifests.services)[number]['spec']['template']['spec']['containers'][0]['env'];

/** Set by the manifest whatever the ConfigMap and the Secret hold. */
function isCertain({ valueFrom }: Variables[number]): boolean {
  if (!valueFrom) return true;
  return !('secretKeyRef' in valueFrom ? valueFrom.secretKeyRef : valueFrom.configMapKeyRef).optional;
}

/** What a function names when it is started with nothing. */
async function variablesOf(file: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', './scripts/jsx.mjs', file], {
    env: {},
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
  const text = Buffer.concat(said).toString();
  expect(text).toContain('The environment is not complete');
  return [...text.matchAll(/^ {2}([A-Z_]+) is not set/gm)].map(([, name]) => name ?? '');
}

const known = [
  ...Object.keys(ownEvents),
  ...['push', 'create', 'delete', 'status'].map((event) => `com.github.${event}`),
  ...['resource', 'ref'].flatMap((mode) =>
    ['add', 'update', 'delete'].map((verb) => `dev.knative.apiserver.${mode}.${verb}`),
  ),
  'dev.knative.sources.ping',
];

/** What a filter says of the type of an event. */
function typesOf(filter: Filter): ((type: string) => boolean)[] {
  if ('all' in filter) return filter.all.flatMap(typesOf);
  if ('any' in filter) return filter.any.flatMap(typesOf);
  if ('not' in filter) return typesOf(filter.not);
  const named = 'exact' in filter ? filter.exact : 'prefix' in filter ? filter.prefix : filter.suffix;
  return named.type === undefined ? [] : [(type) => passes([filter], { type })];
}

describe('a manifest that one machine cannot do', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cite-manifests-'));
    cpSync('knative/base', dir, { recursive: true });
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const change = (file: string, from: string, to: string) => {
    const text = readFileSync(join(dir, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(dir, file), text.replace(from, to));
    return () => readManifests(dir);
  };

  test.each([
    [
      'an unknown field of the delivery',
      'broker.yaml',
      'retry: 10',
      'retry: 10\n    retryAfterMax: PT1M',
      'broker.yaml: Broker cite: spec.delivery.retryAfterMax is not honoured on one machine',
    ],
    [
      'a Trigger with CESQL',
      'functions/on-build.yaml',
      'exact: { citesource: builds }',
      'cesql: "citesource = \'builds\'"',
      /on-build.yaml: Trigger on-build: spec.filters.0.any.0.all.1.cesql .*not honoured/,
    ],
    [
      'a filter of an unknown dialect',
      'functions/on-build.yaml',
      'exact: { citesource: builds }',
      'like: { kind: J% }',
      /spec.filters.0.any.0.all.1.like is not honoured/,
    ],
    [
      'a filter of two dialects',
      'functions/resync.yaml',
      '- suffix:',
      '- exact: { type: a }\n      suffix:',
      /spec.filters.1 must have exactly one/,
    ],
    [
      'the older kind of filter',
      'functions/resync.yaml',
      '  filters:',
      '  filter: {}\n  filters:',
      /Trigger resync: spec.filter is not honoured/,
    ],
    [
      'a Trigger with its own delivery',
      'functions/resync.yaml',
      '  broker: cite',
      '  broker: cite\n  delivery: {}',
      /Trigger resync: spec.delivery is not honoured/,
    ],
    [
      'a duration that is none',
      'broker.yaml',
      'PT0.2S',
      '200ms',
      /spec.delivery.backoffDelay must be an ISO 8601/,
    ],
    [
      'a Broker that answers last',
      'broker.yaml',
      'async-handler: "true"',
      'async-handler: "false"',
      /Broker cite: metadata.annotations/,
    ],
    [
      'a source with a filter of its own',
      'sources.yaml',
      'mode: Reference',
      'mode: Reference\n  filters: []',
      /ApiServerSource secrets: spec.filters is not honoured/,
    ],
    [
      'a ping with an unknown field',
      'pings.yaml',
      '  schedule:',
      '  dataBase64: e30=\n  schedule:',
      /PingSource gc-sweep: spec.dataBase64 is not honoured/,
    ],
    [
      'a kind of Eventing that is not there',
      'pings.yaml',
      'kind: PingSource',
      'kind: ContainerSource',
      /the kind sources.knative.dev\/v1 ContainerSource is not honoured/,
    ],
    [
      'a Trigger for a function that is not there',
      'functions/resync.yaml',
      'name: resync\n      namespace: cite-system\n',
      'name: sync\n      namespace: cite-system\n',
      'Trigger resync: there is no function sync',
    ],
    [
      'a Trigger of another Broker',
      'functions/resync.yaml',
      'broker: cite',
      'broker: other',
      'there is no Broker other',
    ],
    ['a file that is no YAML', 'pings.yaml', 'kind: PingSource', 'kind: [', /^pings.yaml: /],
  ])('%s is refused by file, object and field', (_name, file, from, to, message) => {
    expect(change(file, from, to)).toThrow(message);
  });

  test.each([
    ['*/5 * * * * *', /PingSource gc-sweep: /],
    ['every day', /PingSource gc-sweep: /],
  ])('the schedule %j is refused', (pattern, message) => {
    const read = change('pings.yaml', '*/5 * * * *', pattern);
    expect(() =>
      schedule(
        read().pings,
        () => undefined,
        () => new Date(),
      ),
    ).toThrow(message);
  });

  test('an unknown time zone is refused', () => {
    const read = change('pings.yaml', '  schedule:', '  timezone: Europe/Nowhere\n  schedule:');
    expect(() =>
      schedule(
        read().pings,
        () => undefined,
        () => new Date(),
      ),
    ).toThrow(/gc-sweep: .*Nowhere/);
  });
});
