import type { z } from '@hono/zod-openapi';
import { fieldFaults } from '../field-faults.ts';
import { problems } from '../problem.ts';

/** What an address or a form holds, or the refusal that names each field at fault. */
export function checked<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw problems(fieldFaults(parsed.error));
  return parsed.data;
}
