import { Hono } from 'hono';
import { audited } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { warm } from '../../wishes/warm.ts';
import type { PageEnv } from '../page-env.ts';
import { backOf, refOf, releaseOf } from './form.ts';

/** Some pods for some time, and nothing that serves changes: nobody is asked about it. */
export const warmRoutes = (ports: Needs) =>
  new Hono<PageEnv>().post('/apps/:namespace/:name/warm', async (c) => {
    const release = releaseOf(c);
    const ref = refOf(c);
    const by = c.get('person');
    const deed = { action: 'warm', by, app: ref, details: { release: `r${release}` } };
    await audited(ports, c, deed, () => warm(ports, ref, release));
    return c.redirect(backOf(c, ref), 303);
  });
