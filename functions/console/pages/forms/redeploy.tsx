import { Hono } from 'hono';
import { addressOf, requireApp } from '../../app-of.ts';
import { audited } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { redeployId } from '../../schemas.ts';
import { redeploy } from '../../wishes/redeploy.ts';
import { appPath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import type { PageEnv } from '../page-env.ts';
import { readForm, refOf, seenForm } from './form.ts';
import { AsSeen, wishPage } from './wish.tsx';

const redeployForm = seenForm.extend({ id: redeployId });

/** The newest commit anew: how an app is restarted without a gap. */
export const redeployRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/apps/:namespace/:name/redeploy', (c) =>
      answerPage(c, async () => {
        const app = await requireApp(ports.cluster, refOf(c));
        return wishPage({
          title: `Redeploy ${addressOf(app)}`,
          consequences: [
            'The newest commit becomes a new release, from the image that is there.',
            'It starts beside what is live and takes over when all its pods are ready.',
            ...(app.spec.hold ? [`${app.spec.hold.by} holds the App: it waits until that is lifted.`] : []),
          ],
          button: 'Redeploy it',
          back: appPath(app),
          fields: (
            <>
              <AsSeen app={app} />
              <input type="hidden" name="id" value={ports.newId()} />
            </>
          ),
        });
      }),
    )
    .post('/apps/:namespace/:name/redeploy', async (c) => {
      const ref = refOf(c);
      const by = c.get('person');
      const { uid, id } = await readForm(c, redeployForm);
      const deed = { action: 'redeploy', by, app: ref, details: { id } };
      await audited(ports, c, deed, () => redeploy(ports, ref, { by, id }, { uid }));
      return c.redirect(appPath(ref), 303);
    });
