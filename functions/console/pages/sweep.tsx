import { Hono } from 'hono';
import { ownEvent } from '../../../shared/domain/events.ts';
import { type PlannedAction, sweepPlan } from '../../../shared/runtime/sweep-plan.ts';
import { addressOf } from '../app-of.ts';
import { audited } from '../audit.ts';
import type { Needs } from '../needs.ts';
import { byRef, seenBy } from '../seen-by.ts';
import { isWarmable } from '../wishes/warm.ts';
import { appPath } from './addresses.ts';
import { answerPage } from './answer-page.tsx';
import type { PageEnv } from './page-env.ts';

/** What a sweep would do now and why, what it did and can be taken back, and what it leaves alone and why. */
export const sweepRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/sweep', (c) =>
      answerPage(c, async () => {
        const plan = await seenBy(ports, c.get('rights'), await sweepPlan(ports), byRef);
        const gone = plan.filter(({ action }) => action !== 'keep');
        const asleep = plan.filter(({ action, workload }) => action === 'keep' && isWarmable(workload));
        const kept = plan.filter((one) => !gone.includes(one) && !asleep.includes(one));
        return {
          title: 'Sweep',
          main: (
            <>
              <h1>Sweep</h1>
              <p class="quiet">
                A release past its time that nothing selects loses its pods, and later goes. What is pinned
                stays as it is.
              </p>
              <h2>{`Would change now (${gone.length})`}</h2>
              <Actions actions={gone} none="Nothing: every release that is there is needed or kept." />
              {gone.length > 0 && c.get('rights').isAdmin ? (
                <form method="post">
                  <button type="submit">Sweep now</button>
                </form>
              ) : null}
              <h2 id="asleep">{`Without pods, and can be had back (${asleep.length})`}</h2>
              <p class="quiet">
                Until it is deleted a release can be started again, to stand by, or be made live.
              </p>
              <Actions actions={asleep} none="No release was scaled down." />
              <h2>{`Stays (${kept.length})`}</h2>
              <Actions actions={kept} none="No other release is there." />
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

const Actions = ({ actions, none }: { actions: readonly PlannedAction[]; none: string }) =>
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
            <th scope="col">Instead</th>
          </tr>
        </thead>
        <tbody>
          {actions.map((planned) => (
            <tr>
              <td>
                <a href={`${appPath(planned.app)}#r${planned.release}`}>
                  {`${addressOf(planned.app)} r${planned.release}`}
                </a>
              </td>
              <td>{planned.action}</td>
              <td>{planned.reason}</td>
              <td>
                <Instead planned={planned} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

/** What a person may ask for: the App's page refuses the rest, with the reason. */
const Instead = ({ planned: { app, release, action, reason, workload } }: { planned: PlannedAction }) => {
  const name = `r${release} of ${addressOf(app)}`;
  const asks = (verb: string) => `${appPath(app)}/${verb}?release=${release}&back=sweep`;
  const isWarm = isWarmable(workload);
  const isLeft = action === 'keep' && !isWarm && workload.pinnedBy === undefined;
  if (isLeft || reason === GONE) return null;
  const verb = workload.pinnedBy === undefined ? 'pin' : 'unpin';
  return (
    <div class="buttons">
      {isWarm ? (
        <>
          <form method="post" action={asks('warm')}>
            <button type="submit" aria-label={`Start ${name} again, to stand by`}>
              Start again
            </button>
          </form>
          <a
            class="button"
            href={`${appPath(app)}/activate?release=${release}`}
            aria-label={`Make ${name} live`}
          >
            Make live
          </a>
        </>
      ) : null}
      <form method="post" action={asks(verb)}>
        <button type="submit" aria-label={`${verb === 'pin' ? 'Pin' : 'Unpin'} ${name}`}>
          {verb === 'pin' ? 'Pin' : 'Unpin'}
        </button>
      </form>
    </div>
  );
};

/** Nobody is left who could want it. */
const GONE = 'its App is gone';
