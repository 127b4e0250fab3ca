import { z } from '@hono/zod-openapi';
import { ONE_LINE } from '../../shared/domain/app-spec.ts';
import { isAppName, MAX_NAME } from '../../shared/domain/naming.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import { problem } from './problem.ts';

/** A Kubernetes Namespace: DNS-1123 label. */
export const namespaceName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be lower-case letters, digits and -');

export const appName = z
  .string()
  .refine(
    isAppName,
    `must start with a letter and have at most ${MAX_NAME} lower-case letters, digits and -`,
  );

export const commit = z
  .string()
  .regex(/^[0-9a-fA-F]{7,40}$/, 'must be the first 7 to 40 digits of a commit')
  .toLowerCase();

/** What one App's address names. */
export const appAddress = z.object({ namespace: namespaceName, name: appName });

/** The same in one text. Of an App that is gone, too: what is told of it is there longer. */
export const appAddressText = z
  .string()
  .max(128)
  .regex(/^[^/]+\/[^/]+$/, 'must be <namespace>/<name>')
  .describe('<namespace>/<name>');

/** A moment, as every answer writes it. */
export const instant = z.iso.datetime('must be a time as 2026-01-31T12:00:00Z');

export const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(ONE_LINE, 'must be one line without control characters')
    .overwrite((text) => sentence(text));

/** Who asks, as everybody is shown it. Who has signed in is known: this then counts for nothing. */
export const person = line(256).min(1).optional().describe('Who asks; <user>@<host> from the cite command.');

export const reason = line(1024).optional().describe('Why; everybody is shown it.');

export const releaseNumber = z.int().min(1).describe('12 of r12.');

export const redeployId = line(64)
  .min(1)
  .describe('Any text that was not used before; the same one again is the same redeploy.');

/** Of lists that come in pages: what a client carries from one to the next. */
export const cursor = z.string().max(1024).optional().describe('`next` of the page before.');
export const next = z.string().optional().describe('Where the next page begins; absent: this was the last.');

/** A number or a switch of the query string, where everything is text. */
export const queryNumber = (least: number, most: number) => {
  const words = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(words).int(words).min(least, words).max(most, words);
};
export const querySwitch = z.enum(['true', 'false']).transform((text) => text === 'true');

export const json = <S extends z.ZodType>(schema: S) => ({ 'application/json': { schema } });

export const jsonBody = <S extends z.ZodType>(schema: S) => ({ required: true, content: json(schema) });

/** One answer of a route; anything else is a problem. */
export const answers = <const Status extends number, S extends z.ZodType>(
  status: Status,
  description: string,
  schema: S,
) =>
  ({
    [status]: { description, content: json(schema) },
    default: {
      description: 'What is wrong (RFC 9457).',
      content: { 'application/problem+json': { schema: problem } },
    },
  }) as { [K in Status]: { description: string; content: ReturnType<typeof json<S>> } } & {
    default: { description: string; content: { 'application/problem+json': { schema: typeof problem } } };
  };
