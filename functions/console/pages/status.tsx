import manifest from '../../../package.json' with { type: 'json' };
import type { DeadLetter } from '../../../shared/domain/dead-letter.ts';
import type { RateLimit } from '../../../shared/ports/code-host.ts';
import { addressOf } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { shownTime } from '../shown-time.ts';
import { showDeadLetter } from '../views/dead-letter.ts';
import { isLow } from '../views/rate-limit.ts';
import { gatherStatus } from '../views/status.ts';
import type { WebhookView } from '../views/webhook.ts';
import { appPath, replayPath, webhookPath } from './addresses.ts';
import { Ago } from './ago.tsx';
import { Badge } from './badge.tsx';
import { Changes } from './changes.tsx';
import type { Page } from './page.ts';

const UNKNOWN = 'not known now';

/** How the platform is: what is under way, what waits too long, what got stuck, whether it hears and may speak. */
export async function statusPage(ports: Needs): Promise<Page> {
  const status = await gatherStatus(ports);
  const { away, apps, brokenStandbys, open, unjudged, pending, letters, webhooks } = status;
  const now = ports.clock();
  return {
    title: 'Status',
    main: (
      <>
        <h1>Status</h1>
        {away.map((reason) => (
          <p class="notice wrong" role="status">
            {`${reason}. What it would tell is not known now.`}
          </p>
        ))}
        <dl class="facts">
          <dt>Version</dt>
          <dd>{manifest.version}</dd>
          <dt>Apps</dt>
          <dd>
            {apps
              ? `${apps.length}, ${apps.filter(isTroubled).length} of them with a condition that is not met`
              : UNKNOWN}
          </dd>
          <dt>Standbys that would not take over</dt>
          <dd>
            {brokenStandbys?.length === 0
              ? 'none'
              : (brokenStandbys?.map(({ standby, ...app }) => (
                  <a href={appPath(app)}>{`${addressOf(app)} ${standby} `}</a>
                )) ?? UNKNOWN)}
          </dd>
          <dt>Deliveries not judged yet</dt>
          <dd>{unjudged?.length ?? UNKNOWN}</dd>
          <dt>Messages not told yet</dt>
          <dd>{pending?.length ?? UNKNOWN}</dd>
          <dt>GitHub's rate limit</dt>
          <dd>{status.isLimitKnown ? <Limit limit={status.rateLimit} /> : UNKNOWN}</dd>
        </dl>
        <h2 id="webhooks">{`Webhooks${webhooks ? ` (${webhooks.of})` : ''}`}</h2>
        {webhooks ? <Webhooks webhooks={webhooks.shown} of={webhooks.of} now={now} /> : <Unknown />}
        <h2>{`Under way${open ? ` (${open.length})` : ''}`}</h2>
        {open ? <Changes changes={open} now={now} none="Nothing is." /> : <Unknown />}
        <h2 id="dead-letters">{`Dead letters${letters ? ` (${letters.length})` : ''}`}</h2>
        {letters ? <DeadLetters letters={letters} now={now} /> : <Unknown />}
      </>
    ),
  };
}

const isTroubled = ({ status }: { status: { conditions: readonly { status: string }[] } }) =>
  status.conditions.some(({ status }) => status !== 'True');

const Unknown = () => <p class="empty">{UNKNOWN}</p>;

const Limit = ({ limit }: { limit: RateLimit | undefined }) => {
  if (!limit) return <>none is set</>;
  const words = `${limit.remaining} of ${limit.limit} requests are left until ${shownTime(limit.resetAt)}`;
  return isLow(limit) ? <strong>{words}</strong> : <span>{words}</span>;
};

interface WebhooksProps {
  readonly webhooks: readonly WebhookView[];
  /** How many there are. */
  readonly of: number;
  readonly now: Date;
}

const Webhooks = ({ webhooks, of, now }: WebhooksProps) =>
  webhooks.length === 0 ? (
    <p class="empty">No App follows a repository yet.</p>
  ) : (
    <>
      <ul class="changes">
        {webhooks.map(({ repository, connected, message, last }) => (
          <li id={`webhook-${repository}`}>
            <Badge
              state={connected === 'True' ? 'connected' : connected === 'False' ? 'not connected' : 'unknown'}
            />
            <div>
              <a href={webhookPath(repository)}>{repository}</a>
              {connected === 'True' ? null : <div>{message}</div>}
              <div class="quiet">
                {last ? (
                  <>
                    {`last: ${last.event}, ${last.became} · `}
                    <Ago at={last.at} now={now} />
                  </>
                ) : (
                  'It told of nothing in the last 7 days.'
                )}
              </div>
            </div>
          </li>
        ))}
      </ul>
      {of > webhooks.length ? (
        <p class="quiet">{`${of - webhooks.length} more that are connected.`}</p>
      ) : null}
    </>
  );

const DeadLetters = ({ letters, now }: { letters: readonly DeadLetter[]; now: Date }) =>
  letters.length === 0 ? (
    <p class="empty">None: every event was taken.</p>
  ) : (
    <ul class="troubles">
      {letters.map(showDeadLetter).map((letter) => (
        <li>
          <strong>{`${letter.function} would not take ${letter.type}`}</strong>{' '}
          <Ago at={letter.at} now={now} />
          <div>{letter.message}</div>
          <div class="quiet">{letter.remedy}</div>
          {letter.replayed ? (
            <div class="quiet">
              {`published again by ${letter.replayed.by} `}
              <Ago at={letter.replayed.at} now={now} />
            </div>
          ) : null}
          <form method="post" action={replayPath(letter.id)}>
            <button type="submit">Publish it again</button>
          </form>
        </li>
      ))}
    </ul>
  );
