import type { MiddlewareHandler } from 'hono';

/** Nobody reads the body of an answer to HEAD: what would go on filling it, a look at a page or a log, ends. */
export const withoutBody: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.req.method === 'HEAD') await c.res.body?.cancel();
};
