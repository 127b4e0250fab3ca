import { Hono } from 'hono';
import { audit } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { cancel, requireChange } from '../../wishes/cancel.ts';
import { retry } from '../../wishes/retry.ts';
import { changePath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import type { PageEnv } from '../page-env.ts';
import { wishPage } from './wish.tsx';

/** To end a Change that is under way, and to try one again that did not go live. */
export const changeRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/changes/:id/cancel', (c) =>
      answerPage(c, async () => {
        const change = await requireChange(ports, c.req.param('id'));
        return wishPage({
          title: `Cancel ${change.commit.slice(0, 7)} ${change.title}`,
          consequences: [
            'It ends here: its build, and its release unless that is live.',
            'What is live stays live.',
          ],
          button: 'Cancel it',
          destroys: true,
          back: changePath(change.id),
        });
      }),
    )
    .post('/changes/:id/cancel', async (c) => {
      const by = c.get('person');
      const change = await cancel(ports, c.req.param('id'), by);
      await audit(ports, c, { action: 'cancel', by, app: change.app, change: change.id });
      return c.redirect(changePath(change.id), 303);
    })
    .post('/changes/:id/retry', async (c) => {
      const by = c.get('person');
      const change = await retry(ports, c.req.param('id'), by);
      await audit(ports, c, { action: 'retry', by, app: change.app, change: change.id });
      return c.redirect(`/apps/${change.app.namespace}/${change.app.name}`, 303);
    });
