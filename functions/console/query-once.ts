import type { MiddlewareHandler } from 'hono';
import { echo } from './echo.ts';
import { invalid } from './problem.ts';

/** No parameter of the API is a list: one that is given twice is a mistake, and which of them counts a guess. */
export const queryOnce: MiddlewareHandler = async (c, next) => {
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1) throw invalid(echo(name), `is given ${values.length} times`, 'Give it once.');
  }
  await next();
};
