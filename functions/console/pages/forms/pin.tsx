import { Hono } from 'hono';
import { audited } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { pin } from '../../wishes/pin.ts';
import type { PageEnv } from '../page-env.ts';
import { backOf, refOf, releaseOf } from './form.ts';

/** Nothing is lost by a pin, or by taking it back: neither is asked about. */
export const pinRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .post('/apps/:namespace/:name/pin', async (c) => {
      const release = releaseOf(c);
      const ref = refOf(c);
      const by = c.get('person');
      const deed = { action: 'pin', by, app: ref, details: { release: `r${release}` } };
      await audited(ports, c, deed, () => pin(ports, ref, release, by));
      return c.redirect(backOf(c, ref), 303);
    })
    .post('/apps/:namespace/:name/unpin', async (c) => {
      const release = releaseOf(c);
      const ref = refOf(c);
      const by = c.get('person');
      const deed = { action: 'unpin', by, app: ref, details: { release: `r${release}` } };
      await audited(ports, c, deed, () => pin(ports, ref, release, null));
      return c.redirect(backOf(c, ref), 303);
    });
