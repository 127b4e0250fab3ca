import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { restApi } from './api/api.ts';
import { collaborators } from './records/collaborators.ts';
import { deployments } from './records/deployments.ts';
import { hooks } from './records/hooks.ts';
import { openRecords } from './records/records.ts';
import { statuses } from './records/statuses.ts';
import { repositories } from './repositories.ts';
import { isLocal } from './smart-http/local-client.ts';
import { smartHttp } from './smart-http/smart-http.ts';
import { announcePush } from './webhooks/announce-push.ts';
import { webhooks } from './webhooks/webhooks.ts';

export interface GitHostOptions {
  /** Folder of the bare repositories. */
  readonly root: string;
  /** SQLite file: hooks, deliveries, statuses, deployments, collaborators. */
  readonly file: string;
  /** What the REST API must be asked with. Git itself asks nobody on this machine for one. */
  readonly token: string;
  /** Base address as others reach it, without a slash at its end. */
  readonly url: () => string;
  readonly log: Log;
  /** Whom git serves; by default whoever is on this machine. */
  readonly admits?: (req: IncomingMessage) => boolean;
}

export interface Log {
  warn(facts: object, message: string): unknown;
}

export interface GitHost {
  /** False: the path is not one of this host's, and nothing was answered. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Ends its git processes and deliveries, then closes its file. */
  close(): Promise<void>;
}

/**
 * A GitHub for one machine: git at `/git/<owner>/<repo>.git`, where a first push makes the repository, and the part of
 * GitHub's REST API that Cite uses at `/api/v3`, with webhooks as GitHub sends them.
 */
export function gitHost(options: GitHostOptions): GitHost {
  const { token, log } = options;
  const root = resolve(options.root);
  mkdirSync(root, { recursive: true });
  mkdirSync(dirname(resolve(options.file)), { recursive: true });

  const records = openRecords(options.file);
  const known = repositories(root, records);
  const registered = hooks(records);
  const outgoing = webhooks(records, registered);
  const addresses = () => ({ api: `${options.url()}/api/v3`, web: `${options.url()}/git` });
  const announcing = new Set<Promise<void>>();

  const git = smartHttp({
    root,
    repositories: known,
    admits: options.admits ?? isLocal,
    failed: (err) => log.warn({ err }, 'git failed'),
    pushed(repository, updates) {
      const announcement = announcePush(repository, updates, outgoing, addresses())
        .catch((err: unknown) => log.warn({ err, repository: repository.name }, 'a push was not announced'))
        .then(() => void announcing.delete(announcement));
      announcing.add(announcement);
    },
  });

  const host = {
    repositories: known,
    hooks: registered,
    webhooks: outgoing,
    statuses: statuses(records),
    deployments: deployments(records),
    collaborators: collaborators(records),
    addresses,
  };
  const api = restApi(host, token, (err) => log.warn({ err }, 'the REST API failed'));
  const answer = getRequestListener(api.fetch, { overrideGlobalObjects: false });

  return {
    async handle(req, res) {
      const url = URL.parse(req.url ?? '/', 'http://host');
      if (!url?.pathname.startsWith('/api/v3/')) return url !== null && (await git.handle(req, res, url));
      await answer(req, res);
      return true;
    },
    async close() {
      await git.close();
      await Promise.all(announcing);
      await outgoing.close();
      records.close();
    },
  };
}
