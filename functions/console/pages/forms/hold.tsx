import { Hono } from 'hono';
import { addressOf, requireApp } from '../../app-of.ts';
import { audited } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { hold, lift } from '../../wishes/hold.ts';
import { appPath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import type { PageEnv } from '../page-env.ts';
import { readForm, refOf, seenForm, whyForm } from './form.ts';
import { AsSeen, holdOf, Why, wishPage } from './wish.tsx';

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
            ...(app.spec.hold ? [`It replaces ${holdOf(app.spec.hold)}.`] : []),
            'Pushes are built, but none gets a release until the Hold is lifted; then the newest does.',
          ],
          button: 'Hold it',
          back: appPath(app),
          fields: (
            <>
              <Why />
              <AsSeen app={app} />
            </>
          ),
        });
      }),
    )
    .post('/apps/:namespace/:name/hold', async (c) => {
      const { why, ...seen } = await readForm(c, whyForm.extend(seenForm.shape));
      const ref = refOf(c);
      const by = c.get('person');
      const deed = { action: 'hold', by, app: ref, details: { why } };
      await audited(ports, c, deed, () => hold(ports, ref, by, why, seen));
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
            ...(app.spec.hold ? [`It ends ${holdOf(app.spec.hold)}.`] : []),
            waiting
              ? `${waiting.commit.slice(0, 7)} ${waiting.title} waits: it gets its release and goes live.`
              : 'Nothing waits: what is live stays live until the next push.',
          ],
          button: 'Lift it',
          back: appPath(app),
          fields: <AsSeen app={app} />,
        });
      }),
    )
    .post('/apps/:namespace/:name/lift', async (c) => {
      const seen = await readForm(c, seenForm);
      const ref = refOf(c);
      const by = c.get('person');
      await audited(ports, c, { action: 'lift', by, app: ref }, () => lift(ports, ref, by, seen));
      return c.redirect(appPath(ref), 303);
    });
