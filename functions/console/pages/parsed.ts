import type { z } from '@hono/zod-openapi';
import { fieldFaults } from '../field-faults.ts';
import { problems } from '../problem.ts';

/** What an address or a form holds, or the refusal that names each field at fault. */
export function parsed<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (!result.success) throw problems(fieldFaults(result.error));
  return result.data;
}
