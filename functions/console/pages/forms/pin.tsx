import { Hono } from 'hono';
import { audit } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { pin } from '../../wishes/pin.ts';
import { appPath } from '../addresses.ts';
import type { PageEnv } from '../page-env.ts';
import { refOf, releaseOf } from './form.ts';

/** Nothing is lost by a pin, or by taking it back: neither is asked about. */
export const pinRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .post('/apps/:namespace/:name/pin', async (c) => {
      const release = releaseOf(c);
      const ref = refOf(c);
      const by = c.get('person');
      await pin(ports, ref, release, by);
      await audit(ports, c, { action: 'pin', by, app: ref, details: { release: `r${release}` } });
      return c.redirect(appPath(ref), 303);
    })
    .post('/apps/:namespace/:name/unpin', async (c) => {
      const release = releaseOf(c);
      const ref = refOf(c);
      await pin(ports, ref, release, null);
      await audit(ports, c, { action: 'unpin', app: ref, details: { release: `r${release}` } });
      return c.redirect(appPath(ref), 303);
    });
