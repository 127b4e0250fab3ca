import type { Context, Hono } from 'hono';
import { METHOD_NAME_ALL } from 'hono/router';
import { echo } from './echo.ts';
import { refusal } from './problem.ts';

/** A path that is there, asked in a way that it does not answer, says which ways it does. */
export const onUnknownRoute = (app: Pick<Hono, 'routes'>) => (c: Context) => {
  const { method, path } = c.req;
  const methods = app.routes
    .filter((route) => route.method !== METHOD_NAME_ALL)
    .filter((route) => new URLPattern({ pathname: route.path }).test({ pathname: path }))
    .map((route) => route.method);
  const asked = `${method} ${echo(path)}`;
  if (methods.length === 0) throw refusal(404, `There is no ${asked}. /openapi.json lists what there is.`);
  const allow = [...new Set(methods)].sort().join(', ');
  throw refusal(405, `There is no ${asked}, but ${allow}. /openapi.json describes each.`, {
    headers: { allow },
  });
};
