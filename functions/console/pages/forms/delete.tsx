import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { addressOf, requireApp } from '../../app-of.ts';
import { audited } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { invalid } from '../../problem.ts';
import { requireAsSeen } from '../../wishes/preconditions.ts';
import { appPath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import type { PageEnv } from '../page-env.ts';
import { readForm, refOf, seenForm } from './form.ts';
import { AsSeen, wishPage } from './wish.tsx';

const form = seenForm.extend({ name: z.string().max(100).default('') });

/** The one wish that cannot be taken back: the name has to be typed. */
export const deleteRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/apps/:namespace/:name/delete', (c) =>
      answerPage(c, async () => {
        const app = await requireApp(ports.cluster, refOf(c));
        return wishPage({
          title: `Delete ${addressOf(app)}`,
          consequences: [
            `${app.status.url ?? 'Its URL'} stops answering at once. All releases and their pods go.`,
            'Changes under way end as cancelled. The repository, its images and Secrets that Cite did not make stay.',
            'This cannot be taken back. The App can be registered anew, and starts from its head.',
          ],
          button: 'Delete it for good',
          destroys: true,
          back: appPath(app),
          fields: (
            <>
              <label class="field">
                <span>{`Type ${app.name} to say that you mean it`}</span>
                <input name="name" required autocomplete="off" spellcheck={false} />
              </label>
              <AsSeen app={app} />
            </>
          ),
        });
      }),
    )
    .post('/apps/:namespace/:name/delete', async (c) => {
      const { name, uid } = await readForm(c, form);
      const app = await requireApp(ports.cluster, refOf(c));
      if (name.trim() !== app.name) throw invalid('name', 'is not that of the App', `Type ${app.name}.`);
      requireAsSeen(app, { uid });
      const deed = { action: 'app deleted', by: c.get('person'), app };
      await audited(ports, c, deed, () => ports.cluster.deleteApp(app));
      return c.redirect('/', 303);
    });
