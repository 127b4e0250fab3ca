import { Hono } from 'hono';
import { audited } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { replay } from '../../wishes/replay.ts';
import type { PageEnv } from '../page-env.ts';

/** An event is a hint: to publish one again harms nothing, so nobody is asked about it. */
export const replayRoutes = (ports: Needs) =>
  new Hono<PageEnv>().post('/dead-letters/:id/replay', async (c) => {
    const id = c.req.param('id');
    const by = c.get('person');
    await audited(ports, c, { action: 'replay', by, details: { event: id } }, () => replay(ports, id, by));
    return c.redirect('/status#dead-letters', 303);
  });
