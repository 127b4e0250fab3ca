import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitHost } from '../../scripts/local/git-host/git-host.ts';
import { HOST } from './machine.ts';

export interface ClusterGitHost {
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  close(): Promise<void>;
}

/** The git host of one machine, listening where pods and people reach it. */
export async function startGitHost(): Promise<ClusterGitHost> {
  const folder = mkdtempSync(join(tmpdir(), 'cite-cluster-git-'));
  const token = 'ghp_of-the-cluster-tests';
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  let url = '';
  const host = gitHost({
    root: join(folder, 'git'),
    file: join(folder, 'git-host.sqlite'),
    token,
    url: () => url,
    log: { warn: () => undefined },
    // People are on the host; a build's clone step shows the credential.
    admits: ({ socket, headers }) =>
      socket.remoteAddress === HOST || headers.authorization === `Basic ${basic}`,
  });
  const server = createServer(async (req, res) => {
    if (!(await host.handle(req, res))) res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  url = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token,
    folder,
    async close() {
      server.closeAllConnections();
      server.close();
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
