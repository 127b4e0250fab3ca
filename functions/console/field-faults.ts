import type { z } from 'zod';

/** One input that is not as it must be. */
export interface FieldFault {
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Wishes of a person live in the App's spec, but have an address each: they are no settings. */
const wishes: Readonly<Record<string, string>> = {
  hold: 'Use POST …/hold and …/lift.',
  redeploy: 'Use POST …/redeploy.',
};

/** What a schema refused, each with the field's name and what to do about it. */
export function fieldFaults(error: z.ZodError): readonly FieldFault[] {
  return error.issues.flatMap((issue) => {
    const field = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: [...issue.path, key].join('.'),
        problem: 'is not a setting here',
        remedy: wishes[key] ?? 'Check its spelling, or leave it out.',
      }));
    }
    return [{ field: field || 'body', problem: problemOf(issue), remedy: remedyOf(issue) }];
  });
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join(', ');
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  // The schemas' own sentences begin with "must"; zod's need a verb.
  return /^(must|is|has) /.test(issue.message) ? issue.message : `is not valid: ${issue.message}`;
}

function remedyOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `Give at least ${issue.minimum}.`;
    case 'too_big':
      return `Give at most ${issue.maximum}.`;
    case 'invalid_type':
      return `Give a value of type ${issue.expected}.`;
    default:
      return 'Correct it; /openapi.json describes every field.';
  }
}
