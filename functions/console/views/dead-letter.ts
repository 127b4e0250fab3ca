import { z } from '@hono/zod-openapi';
import { type DeadLetter, functionOf } from '../../../shared/domain/dead-letter.ts';

/** A dead letter as the API shows it: who would not take it, and what to do. */
export const deadLetterView = z
  .object({
    id: z.string(),
    type: z.string(),
    subject: z.string().optional(),
    function: z.string().describe('Which function would not take it.'),
    destination: z.string(),
    code: z.int().describe('What it answered; 0: it did not answer.'),
    message: z.string(),
    remedy: z.string(),
    at: z.string(),
    replayed: z
      .object({ by: z.string(), at: z.string() })
      .optional()
      .describe('Who had it published again, and when.'),
  })
  .openapi('DeadLetter');

export function showDeadLetter(letter: DeadLetter): z.output<typeof deadLetterView> {
  const { id, type, subject, destination, code, message, at, replayed } = letter;
  const name = functionOf(letter);
  return {
    id,
    type,
    ...(subject === undefined ? {} : { subject }),
    function: name,
    destination,
    code,
    message,
    remedy: remedyOf(code, name),
    at,
    ...(replayed ? { replayed } : {}),
  };
}

function remedyOf(code: number, name: string): string {
  // What the code host denied (403) is asked for again by itself.
  return code >= 400 && code < 500 && code !== 403
    ? `It was refused for good. Mend what the message says; the log of ${name} has the whole of it. Then publish it again, or retry the Change.`
    : `It was tried until the broker gave up. If the log of ${name} says why, mend that; what is missing is found again in the App's turn: within 5 minutes, with 50 Apps or fewer.`;
}
