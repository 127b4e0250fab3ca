import type { MiddlewareHandler } from 'hono';
import { csrf } from 'hono/csrf';
import { refusal } from '../problem.ts';

const isOwn = csrf();

/** Forms of this very console alone; another site's is refused in words, which the framework's refusal has none of. */
export const ownForms: MiddlewareHandler = async (c, next) => {
  await isOwn(c, async () => {}).catch(() => {
    throw refusal(403, 'This form is not of this console. Open the page here, and send it from there.');
  });
  await next();
};
