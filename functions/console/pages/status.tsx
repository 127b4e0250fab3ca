import manifest from '../../../package.json' with { type: 'json' };
import { addressOf } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { showDeadLetter } from '../views/dead-letter.ts';
import { gatherStatus } from '../views/status.ts';
import { appPath } from './addresses.ts';
import { Ago } from './ago.tsx';
import { Changes } from './changes.tsx';
import type { Page } from './page.ts';

/** How the platform is: what is under way, what waits too long, what got stuck. */
export async function statusPage(ports: Needs): Promise<Page> {
  const { apps, brokenStandbys, open, unjudged, pending, letters } = await gatherStatus(ports);
  const now = ports.clock();
  const troubled = apps.filter(({ status }) => status.conditions.some(({ status }) => status !== 'True'));
  return {
    title: 'Status',
    main: (
      <>
        <h1>Status</h1>
        <dl class="facts">
          <dt>Version</dt>
          <dd>{manifest.version}</dd>
          <dt>Apps</dt>
          <dd>{`${apps.length}, ${troubled.length} of them with a condition that is not met`}</dd>
          <dt>Standbys that would not take over</dt>
          <dd>
            {brokenStandbys.length === 0
              ? 'none'
              : brokenStandbys.map(({ standby, ...app }) => (
                  <a href={appPath(app)}>{`${addressOf(app)} ${standby} `}</a>
                ))}
          </dd>
          <dt>Deliveries not judged yet</dt>
          <dd>{unjudged.length}</dd>
          <dt>Messages not told yet</dt>
          <dd>{pending.length}</dd>
        </dl>
        <h2>{`Under way (${open.length})`}</h2>
        <Changes changes={open} now={now} none="Nothing is." />
        <h2>{`Dead letters (${letters.length})`}</h2>
        {letters.length === 0 ? (
          <p class="empty">None: every event was taken.</p>
        ) : (
          <ul class="troubles">
            {letters.map(showDeadLetter).map((letter) => (
              <li>
                <strong>{`${letter.function} would not take ${letter.type}`}</strong>{' '}
                <Ago at={letter.at} now={now} />
                <div>{letter.message}</div>
                <div class="quiet">{letter.remedy}</div>
              </li>
            ))}
          </ul>
        )}
      </>
    ),
  };
}
