import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gitEnvironment } from '../git/git.ts';
import { parseRefUpdates, type RefUpdate } from '../git/ref-update.ts';
import { type Repositories, type Repository, settleDefaultBranch } from '../repositories.ts';
import { relayCgi } from './cgi.ts';

export interface SmartHttp {
  /** Whether the path is one of git's; it then has been answered. */
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<boolean>;
  close(): Promise<void>;
}

export interface SmartHttpOptions {
  /** Folder of the bare repositories; names in it that begin with a dot are nobody's repository. */
  readonly root: string;
  readonly repositories: Repositories;
  /** Called once git has moved the refs and its client was answered. */
  readonly pushed: (repository: Repository, updates: readonly RefUpdate[]) => void;
  readonly failed: (error: unknown) => void;
  /** Who may pull and push. */
  readonly admits: (req: IncomingMessage) => boolean;
}

/** What git tells its hook goes to a file of that request. */
const POST_RECEIVE = '#!/bin/sh\nexec cat > "$PUSHED_REFS"\n';

const PUSH_TYPE = 'application/x-git-receive-pack-request';

/** Git's smart HTTP under `/git/<owner>/<repo>.git/`, by git's own http-backend. */
export function smartHttp({ root, repositories, pushed, failed, admits }: SmartHttpOptions): SmartHttp {
  const hooksFolder = join(root, '.hooks');
  const pushesFolder = join(root, '.pushes');
  mkdirSync(hooksFolder, { recursive: true });
  writeFileSync(join(hooksFolder, 'post-receive'), POST_RECEIVE, { mode: 0o755 });
  rmSync(pushesFolder, { recursive: true, force: true });
  mkdirSync(pushesFolder);
  const running = new Set<Promise<void>>();
  const ending = new AbortController();

  /** Only what git alone sends makes a repository: any web page can have its visitor's browser GET an address. */
  const repositoryOf = ({ path, service, owner, name }: GitRequest) => {
    if (path === 'git-receive-pack') return repositories.make(owner, name);
    return service === 'git-receive-pack'
      ? repositories.standIn(owner, name)
      : repositories.find(owner, name);
  };

  const serve = async (req: IncomingMessage, res: ServerResponse, request: GitRequest) => {
    const push = request.path === 'git-receive-pack';
    if (push && req.headers['content-type'] !== PUSH_TYPE)
      return refuse(res, 415, `A push is sent as ${PUSH_TYPE}.`);
    const repository = await repositoryOf(request);
    if (!repository) return refuse(res, 404, 'There is no such repository.');
    const folder = await mkdtemp(join(pushesFolder, 'push-'));
    const pushedRefs = join(folder, 'refs');
    try {
      const settings = { 'core.hooksPath': hooksFolder };
      const path = `${repository.folder.slice(root.length)}/${request.path}`;
      const environment = { ...gitEnvironment(settings), ...cgiEnvironment(req, request, path, root) };
      const child = spawn('git', ['http-backend'], {
        env: { ...environment, PUSHED_REFS: pushedRefs },
        stdio: ['pipe', 'pipe', 'ignore'],
        signal: ending.signal,
      });
      const exit = once(child, 'close');
      // A push goes on when its client is gone: refs that moved must become an event.
      if (!push) res.once('close', () => child.kill());
      // An upload that breaks off ends git's input; git then refuses it.
      pipeline(req, child.stdin).catch(() => {});
      await Promise.all([relayCgi(child.stdout, res), exit]);
      const updates = parseRefUpdates(await readFile(pushedRefs, 'utf8').catch(() => ''));
      await settleDefaultBranch(repository.folder, newBranches(updates));
      finish(res);
      const known = repositories.find(request.owner, request.name);
      if (known && updates.length > 0) pushed(known, updates);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  return {
    async handle(req, res, url) {
      if (!url.pathname.startsWith('/git/')) return false;
      const request = parseRequest(req, url);
      if (!request)
        refuse(res, 404, 'Git asks for /git/<owner>/<repo>.git; what else there is, is not served.');
      else if (!admits(req)) refuse(res, 403, 'Git is served to this machine alone.');
      else {
        const served = serve(req, res, request).catch((error: unknown) => {
          failed(error);
          refuse(res, 500, 'git failed.');
        });
        running.add(served);
        await served.finally(() => running.delete(served));
      }
      return true;
    },
    async close() {
      ending.abort();
      await Promise.all(running);
    },
  };
}

interface GitRequest {
  readonly owner: string;
  readonly name: string;
  readonly path: 'info/refs' | 'git-upload-pack' | 'git-receive-pack';
  readonly service: 'git-upload-pack' | 'git-receive-pack';
}

/** The three paths of the smart protocol; the dumb one, which serves files by name, is not there. */
function parseRequest(req: IncomingMessage, url: URL): GitRequest | undefined {
  const [, owner = '', name = '', path] =
    /^\/git\/([^/]+)\/([^/]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(url.pathname) ?? [];
  const asked = path === 'info/refs' ? url.searchParams.get('service') : path;
  const service = (['git-upload-pack', 'git-receive-pack'] as const).find((known) => known === asked);
  if (!path || !service || req.method !== (path === 'info/refs' ? 'GET' : 'POST')) return undefined;
  return { owner, name, service, path: path === 'info/refs' ? path : service };
}

/**
 * CGI's variables as http-backend reads them; what comes from outside is passed where it is known to be harmless.
 * No CONTENT_LENGTH: where an upload breaks off, http-backend would wait in a busy loop for the rest of it (git 2.39).
 */
function cgiEnvironment(
  req: IncomingMessage,
  { path, service }: GitRequest,
  pathInfo: string,
  root: string,
): Record<string, string> {
  const { 'content-type': type, 'content-encoding': encoding } = req.headers;
  const protocol = req.headers['git-protocol'];
  return {
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: pathInfo,
    QUERY_STRING: path === 'info/refs' ? `service=${service}` : '',
    REQUEST_METHOD: req.method ?? 'GET',
    REMOTE_USER: 'local',
    REMOTE_ADDR: req.socket.remoteAddress ?? '',
    CONTENT_TYPE: type ?? '',
    ...(encoding === 'gzip' || encoding === 'x-gzip' ? { HTTP_CONTENT_ENCODING: encoding } : {}),
    ...(typeof protocol === 'string' && /^[a-z0-9=:]{1,100}$/.test(protocol)
      ? { GIT_PROTOCOL: protocol }
      : {}),
  };
}

const newBranches = (updates: readonly RefUpdate[]) =>
  updates.filter(({ kind, after }) => kind === 'branch' && !/^0+$/.test(after)).map(({ name }) => name);

function refuse(res: ServerResponse, status: number, text: string): void {
  // What of the request was not read yet cannot be told from a next one.
  if (!res.headersSent)
    res.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`);
  else res.destroy();
}

/** Without headers of git's there was no answer. */
const finish = (res: ServerResponse) => (res.headersSent ? res.end() : refuse(res, 500, 'git failed.'));
