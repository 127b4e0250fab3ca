import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { crdFile, crdText } from '../../scripts/generate/crd.ts';
import { structuralSchema } from '../../scripts/generate/structural-schema.ts';

test('knative/base/crd.yaml is what the schema of the API generates (else: npm run generate)', () => {
  expect(readFileSync(crdFile, 'utf8')).toBe(crdText());
});

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
}

/** Paths of the fields, at any depth, that `kubectl explain` could say nothing of. */
function undescribed({ properties = {}, items }: Described, path: string): string[] {
  const inner = Object.entries(properties).flatMap(([name, field]) => [
    ...(field.description ? [] : [`${path}.${name}`]),
    ...undescribed(field, `${path}.${name}`),
  ]);
  return [...inner, ...(items ? undescribed(items, `${path}[]`) : [])];
}

test('every field of an App explains itself', () => {
  const { schema } = parse(crdText()).spec.versions[0];
  expect(undescribed(schema.openAPIV3Schema, 'app')).toEqual([]);
});

const object = (properties: object) => ({ type: 'object', properties, additionalProperties: false });

test('what it cannot say is an error, not left out', () => {
  const generate = (schema: Record<string, unknown>) => () => structuralSchema(schema, {});
  expect(generate(object({ a: { anyOf: [{ type: 'string' }] } }))).toThrow(/anyOf at a/);
  expect(generate(object({ a: { type: 'string', pattern: '^(?!x)' } }))).toThrow(/pattern at a/);
  expect(generate(object({ a: { type: 'string', pattern: '(a)\\1' } }))).toThrow(/pattern at a/);
  const map = { type: 'object', propertyNames: { pattern: 'x' }, additionalProperties: { type: 'string' } };
  expect(generate(object({ a: map }))).toThrow(/names of the properties at a/);
});

test('a rule for what is not there is an error', () => {
  const rules = [{ rule: 'true', message: 'm' }];
  expect(() => structuralSchema(object({ a: { type: 'string' } }), { b: { rules } })).toThrow(/nothing at b/);
});

test('an empty list is no default: functions of the version before would meet a field that they do not know', () => {
  const schema = object({ a: { type: 'array', items: { type: 'string' }, default: [] } });
  expect(structuralSchema(schema, {})).toEqual({
    type: 'object',
    properties: { a: { type: 'array', items: { type: 'string' } } },
  });
});

test('rules, patterns and bounds are put where they belong', () => {
  const schema = object({
    a: { type: 'array', items: { type: 'string', pattern: '^(?!x)y', default: 'y' } },
    b: { type: 'object', propertyNames: {}, additionalProperties: { type: 'integer', minimum: 1 } },
  });
  const rules = [{ rule: 'self.size() > 0', message: 'm' }];
  expect(
    structuralSchema(schema, { 'a[]': { pattern: '^y', rules }, b: { rules, bounds: { maxProperties: 3 } } }),
  ).toEqual({
    type: 'object',
    properties: {
      a: {
        type: 'array',
        items: { type: 'string', pattern: '^y', default: 'y', 'x-kubernetes-validations': rules },
      },
      b: {
        type: 'object',
        additionalProperties: { type: 'integer', minimum: 1 },
        maxProperties: 3,
        'x-kubernetes-validations': rules,
      },
    },
  });
});
