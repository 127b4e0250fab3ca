import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { WhyView } from '../../functions/console/routes/why.ts';
import type { ChangeView } from '../../functions/console/views/change.ts';
import { apiClient, type Client } from '../cli/client.ts';
import { type Repository, sampleRepository } from '../local/demo/repository.ts';
import { until } from '../local/demo/story.ts';
import { appAuthority } from '../local/hosts.ts';

const START = fileURLToPath(new URL('../local/start.ts', import.meta.url));
export const SAMPLE = fileURLToPath(new URL('../local/demo/sample', import.meta.url));

/** The whole platform in a process of its own, with one App of the sample that follows `repository`. */
export interface BenchPlatform {
  readonly dir: string;
  readonly port: number;
  readonly api: Client;
  readonly repository: Repository;
  /** Path of the App in the API. */
  readonly app: string;
  /** Host that the App answers to. */
  readonly authority: string;
  /** What became of the commit, once it is live or has another verdict. */
  ended(commit: string): Promise<ChangeView>;
  /** The Change of that id, once it is live or has another verdict. */
  settled(change: string): Promise<ChangeView>;
  stop(): Promise<void>;
}

/** Registers the App and waits until its first release, `v1`, is live. */
export async function startPlatform(): Promise<BenchPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'cite-bench-'));
  const dir = join(folder, 'data');
  const child = spawn(process.execPath, [START, '--port', '0', '--data', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A bench that broke off leaves no platform behind.
  process.once('exit', () => child.kill());
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = await addressOf(child);
    const port = Number(new URL(url).port);
    const api = apiClient({ url });
    const remote = `${url}/git/bench/sample.git`;
    const repository = await sampleRepository(SAMPLE, join(folder, 'sample'), remote);
    const platform = {
      dir,
      port,
      api,
      repository,
      stop,
      app: '/api/apps/bench/sample',
      authority: appAuthority({ namespace: 'bench', name: 'sample' }, port),
      ended: (commit: string) => verdict(commit, () => firstOf(api, commit)),
      settled: (id: string) =>
        verdict(id, () => api.call<ChangeView>('GET', `/api/changes/${encodeURIComponent(id)}`)),
    };
    const commit = await repository.push('v1');
    await api.call('POST', '/api/apps', { repository: 'bench/sample' });
    await platform.ended(commit);
    return platform;
  } catch (err) {
    await stop();
    throw err;
  }
}

async function firstOf(api: Client, commit: string): Promise<ChangeView | undefined> {
  const { changes } = await api.call<WhyView>('GET', `/api/why/${commit}`).catch(() => ({ changes: [] }));
  return changes[0];
}

async function verdict(of: string, ask: () => Promise<ChangeView | undefined>): Promise<ChangeView> {
  const change = await until(`${of} has its verdict`, ask, (seen) => seen?.verdict !== undefined);
  if (change?.verdict?.outcome !== 'deployed') throw new Error(`${of}: ${change?.verdict?.text}`);
  return change;
}

async function addressOf(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  if (child.stdout === null) throw new Error('the platform has no output');
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    const url = /^Cite runs at (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error(`the platform did not start:\n${said.join('\n')}`);
}
