import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { userJson } from '../json/user.ts';
import type { Collaborator } from '../records/collaborators.ts';
import type { Host } from './host.ts';
import { notFound } from './refusal.ts';
import { type ApiEnv, pageOf, readBody } from './request.ts';

const invitation = z.object({
  permission: z.enum(['pull', 'triage', 'push', 'maintain', 'admin']).default('push'),
});

/** GitHub's permissions, each with all that stand before it. */
const RANKS = ['pull', 'triage', 'push', 'maintain', 'admin'];

/** `/repos/{owner}/{repo}/collaborators` */
export function collaboratorRoutes({ collaborators, addresses }: Host): Hono<ApiEnv> {
  const loginOf = (c: Context<ApiEnv>) => {
    const login = c.req.param('login') ?? '';
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$/.test(login)) throw notFound();
    return login;
  };
  const json = ({ login, permission }: Collaborator) => ({
    ...userJson(login, addresses()),
    permissions: Object.fromEntries(RANKS.map((rank, at) => [rank, at <= RANKS.indexOf(permission)])),
    role_name: permission === 'pull' ? 'read' : permission === 'push' ? 'write' : permission,
  });
  return new Hono<ApiEnv>()
    .get('/', (c) => c.json(pageOf(c, collaborators.list(c.var.repository.id)).map(json)))
    .get('/:login', (c) => {
      const login = loginOf(c).toLowerCase();
      const known = collaborators.list(c.var.repository.id);
      if (!known.some((one) => one.login.toLowerCase() === login)) throw notFound();
      return c.body(null, 204);
    })
    .put('/:login', async (c) => {
      const { permission } = await readBody(c, invitation);
      collaborators.put(c.var.repository.id, { login: loginOf(c), permission });
      return c.body(null, 204);
    })
    .delete('/:login', (c) => {
      collaborators.remove(c.var.repository.id, loginOf(c));
      return c.body(null, 204);
    });
}
