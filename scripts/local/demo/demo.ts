import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { PlanView } from '../../../functions/console/routes/sweep.ts';
import type { WhyView } from '../../../functions/console/routes/why.ts';
import type { AppView } from '../../../functions/console/views/app.ts';
import { apiClient } from '../../cli/client.ts';
import { appAuthority } from '../hosts.ts';
import { type Platform, startPlatform } from '../platform.ts';
import { sampleRepository } from './repository.ts';
import { check, DoesNotHold, story, until } from './story.ts';
import { busyVisitors, visit } from './visitors.ts';

const SAMPLE = fileURLToPath(new URL('./sample', import.meta.url));
const VISITORS = 20;
const ROLLBACK_MS = 1000;

/** The main path on a sample app, in a folder and on a port of its own. Gives the exit code. */
export async function demo(options: { readonly isolate: boolean }): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'cite-demo-'));
  let platform: Platform | undefined;
  const end = async () => {
    await platform?.close();
    rmSync(dir, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void end().finally(() => process.exit(130)));
  try {
    const begun = performance.now();
    platform = await startPlatform({ dir: join(dir, 'data'), port: 0, isolate: options.isolate });
    stdout.write(`Cite runs at ${platform.url}, started in ${Math.round(performance.now() - begun)} ms\n`);
    await play(platform, join(dir, 'sample'));
    stdout.write('Every step held.\n');
    return 0;
  } catch (err) {
    if (!(err instanceof DoesNotHold)) throw err;
    stderr.write(`${err.message}\n`);
    return 1;
  } finally {
    await end();
  }
}

async function play({ port, url }: Platform, folder: string): Promise<void> {
  const step = story();
  const api = apiClient({ url });
  const by = 'demo';
  const app = '/api/apps/demo/sample';
  const authority = appAuthority({ namespace: 'demo', name: 'sample' }, port);
  const remote = `${url}/git/demo/sample.git`;
  const repository = await sampleRepository(SAMPLE, folder, remote);
  const answers = (version: string) =>
    until(
      `the app answers ${version}`,
      () => visit(port, authority),
      ({ status, text }) => status === 200 && text === version,
    );
  /** What became of a commit, once its Change is in that state. */
  const change = async (commit: string, state: string) => {
    const why = () => api.call<WhyView>('GET', `/api/why/${commit}`).catch(() => undefined);
    const known = await until(`the Change is ${state}`, why, (seen) => seen?.changes[0]?.state === state);
    return known?.changes[0];
  };
  const releases = async () => {
    const { live, standby } = await api.call<AppView>('GET', app);
    return `live: ${live?.name ?? 'none'}; ${standby.map(({ name, note }) => `${name}: ${note}`).join('; ')}`;
  };

  await step('The first push makes the repository; no App follows it yet', async () => {
    await repository.push('v1');
    return `git push ${remote} HEAD:main`;
  });

  await step('Registered, it is built, started and made live', async () => {
    await api.call('POST', '/api/apps', { repository: 'demo/sample', progressDeadlineSeconds: 10 });
    await answers('v1');
    return `http://${authority} answers v1`;
  });

  await step(`A push goes live under ${VISITORS} busy connections`, async () => {
    const visitors = busyVisitors(VISITORS, port, authority);
    const live = repository.push('v2').then(() => answers('v2'));
    await Promise.allSettled([live]);
    const { answered, by: versions, failures } = await visitors.leave();
    await live;
    check(failures.length === 0, `${failures.length} of ${answered} requests failed: ${failures[0]}`);
    check(versions.join() === 'v1,v2', `answered by ${versions.join(' and ')}, not by v1 and then v2`);
    return `${answered} requests, none dropped\n${await releases()}`;
  });

  await step('A broken push changes nothing for visitors, and tells why', async () => {
    const commit = await repository.push('v3-broken');
    const ended = await change(commit, 'ended');
    check(ended?.verdict?.outcome === 'failed', `its verdict is ${ended?.verdict?.text}`);
    await answers('v2');
    return `${ended.verdict.text}\n${errorLine(ended.verdict.detail)}`;
  });

  await step('A rollback is one switch away', async () => {
    const begun = performance.now();
    await api.call('POST', `${app}/activate`, { release: 1, by, why: 'v2 has a flaw' });
    await answers('v1');
    const took = Math.round(performance.now() - begun);
    check(took < ROLLBACK_MS, `it took ${took} ms`);
    return `v1 answers ${took} ms after it was asked for\n${await releases()}`;
  });

  await step('It holds: a push is built, but waits', async () => {
    const { hold } = await api.call<AppView>('GET', app);
    check(hold !== undefined, 'the rollback has set no Hold');
    const waiting = await change(await repository.push('v4'), 'held');
    await answers('v1');
    return `held by ${hold.by}: ${hold.why}\nthe push: ${waiting?.reason}`;
  });

  await step('Lifted, the newest push goes live', async () => {
    await api.call('POST', `${app}/lift`, { by });
    await answers('v4');
    return releases();
  });

  await step('The sweep explains itself before it does anything', async () => {
    const { actions } = await api.call<PlanView>('GET', '/api/sweep');
    check(actions.length > 0, 'it names no release');
    return actions.map(({ release, action, reason }) => `r${release}: ${action}, ${reason}`).join('\n');
  });
}

/** Of an app's last words the line that says what was wrong. */
function errorLine(text = ''): string {
  const lines = text.trimEnd().split('\n');
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
}
