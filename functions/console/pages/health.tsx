import manifest from '../../../package.json' with { type: 'json' };
import type { Needs } from '../needs.ts';
import { showDeadLetter } from '../views/dead-letter.ts';
import { Ago } from './ago.tsx';
import { Changes } from './changes.tsx';
import type { Page } from './page.ts';

/** How the platform is: what is under way, what waits too long, what got stuck. */
export async function health({ cluster, store, clock }: Needs): Promise<Page> {
  const [apps, open, unjudged, pending, letters] = await Promise.all([
    cluster.listApps(),
    store.listChanges({ open: true }),
    store.unjudgedDeliveries(clock()),
    store.pendingMessages(),
    store.listDeadLetters(),
  ]);
  const now = clock();
  const troubled = apps.filter(({ status }) => status.conditions.some(({ status }) => status !== 'True'));
  return {
    title: 'Health',
    main: (
      <>
        <h1>Health</h1>
        <dl class="facts">
          <dt>Version</dt>
          <dd>{manifest.version}</dd>
          <dt>Apps</dt>
          <dd>{`${apps.length}, ${troubled.length} of them with a condition that is not met`}</dd>
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
