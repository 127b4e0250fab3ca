import { Hono } from 'hono';
import { audited, cancelledBy, ofApp } from '../../audit.ts';
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
      const id = c.req.param('id');
      await audited(
        ports,
        c,
        { action: 'cancel', by, change: id },
        () => cancel(ports, id, by),
        cancelledBy(by),
      );
      return c.redirect(changePath(id), 303);
    })
    .post('/changes/:id/retry', async (c) => {
      const by = c.get('person');
      const id = c.req.param('id');
      const change = await audited(
        ports,
        c,
        { action: 'retry', by, change: id },
        () => retry(ports, id, by),
        ofApp,
      );
      return c.redirect(`/apps/${change.app.namespace}/${change.app.name}`, 303);
    });
