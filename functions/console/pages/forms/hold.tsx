import { Hono } from 'hono';
import { addressOf, requireApp } from '../../app-of.ts';
import type { Needs } from '../../needs.ts';
import { hold, lift } from '../../wishes/hold.ts';
import { appPath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import type { PageEnv } from '../page-env.ts';
import { readForm, refOf, whyForm } from './form.ts';
import { Why, wishPage } from './wish.tsx';

/** To stop automatic switching, and to let it go on. */
export const holdRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/apps/:namespace/:name/hold', (c) =>
      answerPage(c, async () => {
        const app = await requireApp(ports.cluster, refOf(c));
        return wishPage({
          title: `Hold ${addressOf(app)}`,
          consequences: [
            'What is live stays live.',
            'Pushes are built, but none gets a release until the Hold is lifted; then the newest does.',
          ],
          button: 'Hold it',
          back: appPath(app),
          fields: <Why />,
        });
      }),
    )
    .post('/apps/:namespace/:name/hold', async (c) => {
      const { why } = await readForm(c, whyForm);
      const ref = refOf(c);
      const by = c.get('person');
      await hold(ports, ref, by, why);
      ports.log.info({ audit: 'hold', app: addressOf(ref), by, why }, 'held');
      return c.redirect(appPath(ref), 303);
    })
    .get('/apps/:namespace/:name/lift', (c) =>
      answerPage(c, async () => {
        const app = await requireApp(ports.cluster, refOf(c));
        const open = await ports.store.listChanges({ app: app.uid, open: true });
        const waiting = open.find(({ state }) => state === 'held');
        return wishPage({
          title: `Lift the Hold of ${addressOf(app)}`,
          consequences: [
            waiting
              ? `${waiting.commit.slice(0, 7)} ${waiting.title} waits: it gets its release and goes live.`
              : 'Nothing waits: what is live stays live until the next push.',
          ],
          button: 'Lift it',
          back: appPath(app),
        });
      }),
    )
    .post('/apps/:namespace/:name/lift', async (c) => {
      const ref = refOf(c);
      const by = c.get('person');
      await lift(ports, ref, by);
      ports.log.info({ audit: 'lift', app: addressOf(ref), by }, 'lifted');
      return c.redirect(appPath(ref), 303);
    });
