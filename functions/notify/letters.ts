import type { Change } from '../../shared/domain/change.ts';
import type { Notice } from '../../shared/domain/notice.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import { changeUrl, subjectOf } from './decide.ts';

/** The body for the destination; the same in every attempt. */
export const bodyOf = (notice: Notice, consoleUrl: string): string =>
  JSON.stringify(
    notice.destination.kind === 'slack' ? slackMessage(notice, consoleUrl) : webhookBody(notice, consoleUrl),
  );

/** As docs/notifications.md has it: what is there stays as it is while `version` is 1, more may come. */
function webhookBody({ event, at, change }: Notice, consoleUrl: string) {
  const { id, app, repository, branch, kind, commit, title, author, by, release, reason } = change;
  return {
    type: `change.${event}`,
    version: 1,
    timestamp: at,
    data: {
      app: { namespace: app.namespace, name: app.name, url: appUrl(change, consoleUrl) },
      change: { id, kind, url: changeUrl(change, consoleUrl), ...(by === undefined ? {} : { by }) },
      repository,
      branch,
      commit: { sha: commit, title, author },
      ...(release === undefined ? {} : { release: `r${release}` }),
      reason,
    },
  };
}

/** Characters of others' words: with each of them escaped a text stays below Slack's 3000. */
const MOST = { reason: 300, name: 100 };

/**
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. Others' words stand in plain text, or where `verbatim`
 * keeps Slack from making links and names of them.
 */
function slackMessage({ change }: Notice, consoleUrl: string) {
  const { app, repository, branch, title, author, reason } = change;
  const address = `${app.namespace}/${app.name}`;
  const words = escaped(sentence(reason, MOST.reason));
  const about = [repository, branch, title, author].filter(Boolean).map((text) => sentence(text, MOST.name));
  return {
    text: `${address}: ${subjectOf(change)} ${words}`,
    blocks: [
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: `<${appUrl(change, consoleUrl)}|${address}>: <${changeUrl(change, consoleUrl)}|${subjectOf(change)}> ${words}`,
          verbatim: true,
        },
      },
      {
        type: 'context',
        elements: [{ type: 'plain_text', text: escaped(about.join(' · ')), emoji: false }],
      },
    ],
    parse: 'none',
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Slack's control characters: https://docs.slack.dev/messaging/formatting-message-text#escaping. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const appUrl = ({ app }: Pick<Change, 'app'>, consoleUrl: string) =>
  `${consoleUrl}/apps/${encodeURIComponent(app.namespace)}/${encodeURIComponent(app.name)}`;
