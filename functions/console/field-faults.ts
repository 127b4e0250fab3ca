import type { z } from 'zod';
import { echo } from './echo.ts';

/** One input that is not as it must be. */
export interface FieldFault {
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Wishes of a person live in the App's spec, but have an address each: they are no settings. */
const wishes: ReadonlyMap<string, string> = new Map([
  ['hold', 'Hold the App instead, or lift its Hold.'],
  ['redeploy', 'Ask for a redeploy of the App instead.'],
]);

/** The faults of a patch that names wishes. */
export const wishFaults = (patch: object): readonly FieldFault[] =>
  [...wishes.keys()].filter((key) => Object.hasOwn(patch, key)).map((key) => noSetting(key, key));

/** What a schema refused, each with the field's name and what to do about it: the first of them, where there are many. */
export function fieldFaults(error: z.ZodError): readonly FieldFault[] {
  return error.issues.slice(0, MAX_FAULTS).flatMap(faultsOf).slice(0, MAX_FAULTS);
}

/** More than a person mends at once; an answer is never as long as a hostile request. */
const MAX_FAULTS = 20;

function faultsOf(issue: z.core.$ZodIssue): readonly FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_FAULTS).map((key) => noSetting([...issue.path, key].join('.'), key));
  }
  const field = echo(issue.path.join('.')) || 'body';
  return [{ field, problem: problemOf(issue), remedy: remedyOf(issue) }];
}

const noSetting = (field: string, key: string): FieldFault => ({
  field: echo(field),
  problem: 'is not a setting here',
  remedy: wishes.get(key) ?? 'Check its spelling, or leave it out.',
});

function problemOf(issue: z.core.$ZodIssue): string {
  // The schemas' own sentences begin with "must"; zod's need words for a person.
  if (/^(must|is|has) /.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_key':
      return issue.issues.map(({ message }) => message).join(', ');
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is missing'
        : `must be ${kindOf(issue.expected)}`;
    case 'too_small':
      return `must ${amount(issue.origin, `at least ${issue.minimum}`)}`;
    case 'too_big':
      return `must ${amount(issue.origin, `at most ${issue.maximum}`)}`;
    default:
      return `is not valid: ${issue.message}`;
  }
}

function remedyOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `Give at least ${issue.minimum}.`;
    case 'too_big':
      return `Give at most ${issue.maximum}.`;
    case 'invalid_type':
      return `Give ${kindOf(issue.expected)}.`;
    default:
      return 'Correct it; /openapi.json describes every field.';
  }
}

function amount(origin: string, bound: string): string {
  if (origin === 'string') return `have ${bound} characters`;
  return origin === 'array' ? `have ${bound} entries` : `be ${bound}`;
}

const kinds: ReadonlyMap<string, string> = new Map([
  ['int', 'a whole number'],
  ['number', 'a number'],
  ['string', 'a text'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
]);

const kindOf = (type: string) => kinds.get(type) ?? `of type ${type}`;
