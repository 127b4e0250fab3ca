import { Hono } from 'hono';
import { requireApp } from '../../app-of.ts';
import { audited } from '../../audit.ts';
import type { Needs } from '../../needs.ts';
import { refusal } from '../../problem.ts';
import { showReleases } from '../../views/release.ts';
import { activate } from '../../wishes/activate.ts';
import { appPath, changePath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import type { PageEnv } from '../page-env.ts';
import { readForm, refOf, releaseOf, seenForm, whyForm } from './form.ts';
import { AsSeen, holdOf, Why, wishPage } from './wish.tsx';

/** Back to an earlier release, or on to a later one. */
export const activateRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/apps/:namespace/:name/activate', (c) => {
      const number = releaseOf(c);
      const look = async () => {
        const app = await requireApp(ports.cluster, refOf(c));
        const releases = await showReleases(ports, app);
        const live = releases.find(({ state }) => state === 'live');
        const release = releases.find((one) => one.number === number);
        if (!release) throw refusal(404, `There is no r${number}: its App's page shows which there are.`);
        const isReady = release.pods.wanted > 0 && release.pods.ready >= release.pods.wanted;
        const how = isReady ? 'at once' : 'as soon as its pods are ready; until then what is live stays';
        const fault = release.checked?.fault;
        return wishPage({
          title: `Make r${number} of ${app.namespace}/${app.name} live`,
          consequences: [
            `r${number} (${release.commit.slice(0, 7)} ${release.title ?? ''}) becomes live ${how}, with its own configuration and secret.`,
            ...(fault === undefined
              ? []
              : [`It would not have taken over when it was last asked: ${fault}.`]),
            ...(live ? [`r${live.number} stays warm: the way back is as short.`] : []),
            'A Hold is set: pushes are built, but wait until you lift it.',
            ...(app.spec.hold ? [`It replaces ${holdOf(app.spec.hold)}.`] : []),
          ],
          button: `Make r${number} live`,
          back: appPath(app),
          fields: (
            <>
              <Why />
              <AsSeen app={app} />
            </>
          ),
        });
      };
      return answerPage(c, look, { release: number });
    })
    .post('/apps/:namespace/:name/activate', async (c) => {
      const release = releaseOf(c);
      const { why, ...seen } = await readForm(c, whyForm.extend(seenForm.shape));
      const ref = refOf(c);
      const by = c.get('person');
      const deed = { action: 'activate', by, app: ref, details: { release: `r${release}`, why } };
      const change = await audited(ports, c, deed, () => activate(ports, ref, { release, by, why }, seen));
      return c.redirect(changePath(change.id), 303);
    });
