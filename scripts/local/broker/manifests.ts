import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import {
  type ApiServerSourceManifest,
  type BrokerManifest,
  type PingSourceManifest,
  type ServiceManifest,
  schemas,
  type TriggerManifest,
} from './schema.ts';

/** What the manifests in `knative/` say, as far as one machine acts on it. */
export interface Manifests {
  readonly broker: BrokerManifest;
  readonly triggers: readonly TriggerManifest[];
  readonly pings: readonly PingSourceManifest[];
  readonly sources: readonly ApiServerSourceManifest[];
  readonly services: readonly ServiceManifest[];
}

/** Thrown for a manifest that one machine cannot do as it says; names the file, the object and the field. */
export class ManifestError extends Error {
  override name = 'ManifestError';
}

type Kind = keyof typeof schemas;
type Parsed = { [K in Kind]: z.output<(typeof schemas)[K]> }[Kind];

/** Reads `<folder>/*.yaml` and `<folder>/functions/*.yaml`, but for kustomize's own files. Kinds that are none of Knative's are not for us. */
export function readManifests(folder: string): Manifests {
  const objects = [folder, join(folder, 'functions')]
    .flatMap((dir) =>
      readdirSync(dir)
        .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
        .sort()
        .map((file) => join(dir, file)),
    )
    .flatMap((file) => readFile(file, relative(folder, file)));
  const of = <K extends Kind>(kind: K) =>
    objects.filter((object): object is Extract<Parsed, { kind: K }> => object.kind === kind);
  const [broker, ...others] = of('Broker');
  if (!broker || others.length > 0)
    throw new ManifestError(`${folder}: must have one Broker, has ${of('Broker').length}`);
  const manifests = {
    broker,
    triggers: of('Trigger'),
    pings: of('PingSource'),
    sources: of('ApiServerSource'),
    services: of('Service'),
  };
  checkReferences(manifests);
  return manifests;
}

function readFile(path: string, name: string): Parsed[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
    const [fault] = document.errors;
    if (fault) throw new ManifestError(`${name}: ${fault.message}`);
    const object: unknown = document.toJS();
    return object === null ? [] : (parseObject(object, name) ?? []);
  });
}

const identity = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
});

function parseObject(object: unknown, file: string): Parsed | undefined {
  const known = identity.safeParse(object);
  if (!known.success) throw new ManifestError(`${file}: apiVersion, kind and metadata.name are missing`);
  const { apiVersion, kind, metadata } = known.data;
  if (!/(^|\.)knative\.dev\//.test(apiVersion)) return undefined;
  const what = `${file}: ${kind} ${metadata.name}`;
  if (!(kind in schemas))
    throw new ManifestError(`${what}: the kind ${apiVersion} ${kind} is not honoured on one machine`);
  const parsed = schemas[kind as Kind].safeParse(object);
  if (parsed.success) return parsed.data;
  throw new ManifestError(
    parsed.error.issues
      .flatMap(faults)
      .map((fault) => `${what}: ${fault}`)
      .join('\n'),
  );
}

function faults(issue: z.core.$ZodIssue): string[] {
  const path = (key?: string) => [...issue.path, ...(key === undefined ? [] : [key])].join('.');
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => `${path(key)} is not honoured on one machine`)
    : [`${path()} ${issue.message}`];
}

/** An event for a function that is not there, or a Trigger of another Broker, would be lost without a word. */
function checkReferences({ broker, triggers, pings, sources, services }: Manifests): void {
  const functions = new Set(services.map((service) => service.metadata.name));
  const subscribers = [
    ...triggers.map((trigger) => ({
      of: `Trigger ${trigger.metadata.name}`,
      ...trigger.spec.subscriber.ref,
    })),
    { of: `Broker ${broker.metadata.name}`, ...broker.spec.delivery.deadLetterSink.ref },
  ];
  for (const { of, name } of subscribers)
    if (!functions.has(name)) throw new ManifestError(`${of}: there is no function ${name}`);
  const brokers = [
    ...triggers.map((trigger) => ({ of: `Trigger ${trigger.metadata.name}`, name: trigger.spec.broker })),
    ...[...pings, ...sources].map((source) => ({
      of: `${source.kind} ${source.metadata.name}`,
      name: source.spec.sink.ref.name,
    })),
  ];
  for (const { of, name } of brokers)
    if (name !== broker.metadata.name) throw new ManifestError(`${of}: there is no Broker ${name}`);
}
