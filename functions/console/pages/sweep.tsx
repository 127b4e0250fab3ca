import { Hono } from 'hono';
import { ownEvent } from '../../../shared/domain/events.ts';
import type { SweepAction } from '../../../shared/domain/sweep.ts';
import { sweepPlan } from '../../../shared/runtime/sweep-plan.ts';
import { addressOf } from '../app-of.ts';
import { audited } from '../audit.ts';
import type { Needs } from '../needs.ts';
import { byRef, seenBy } from '../seen-by.ts';
import { appPath } from './addresses.ts';
import { answerPage } from './answer-page.tsx';
import type { PageEnv } from './page-env.ts';

/** What a sweep would do now and why; and what it leaves alone and why. */
export const sweepRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/sweep', (c) =>
      answerPage(c, async () => {
        const plan = await seenBy(ports, c.get('rights'), await sweepPlan(ports), byRef);
        const kept = plan.filter(({ action }) => action === 'keep');
        const gone = plan.filter(({ action }) => action !== 'keep');
        return {
          title: 'Sweep',
          main: (
            <>
              <h1>Sweep</h1>
              <p class="quiet">
                A release past its time that nothing selects loses its pods, and later goes. What has no pods
                can still be activated: it is started then.
              </p>
              <h2>{`Would change now (${gone.length})`}</h2>
              <Actions actions={gone} none="Nothing: every release that is there is needed or kept." />
              {gone.length > 0 && c.get('rights').isAdmin ? (
                <form method="post">
                  <button type="submit">Sweep now</button>
                </form>
              ) : null}
              <h2>{`Stays (${kept.length})`}</h2>
              <Actions actions={kept} none="No release is there." />
            </>
          ),
        };
      }),
    )
    .post('/sweep', async (c) => {
      const by = c.get('person');
      await audited(ports, c, { action: 'sweep', by }, () =>
        ports.events.emit(ownEvent('dev.cite.sweep.requested', { by })),
      );
      return c.redirect('/sweep', 303);
    });

const Actions = ({ actions, none }: { actions: readonly SweepAction[]; none: string }) =>
  actions.length === 0 ? (
    <p class="empty">{none}</p>
  ) : (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Release</th>
            <th scope="col">Sweep</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {actions.map(({ app, release, action, reason }) => (
            <tr>
              <td>
                <a href={`${appPath(app)}#r${release}`}>{`${addressOf(app)} r${release}`}</a>
              </td>
              <td>{action}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
