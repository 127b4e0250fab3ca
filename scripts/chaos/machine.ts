import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../test/e2e/app.ts';
import { ask, type Machine, startMachine } from '../../test/e2e/machine.ts';
import { cloneOf } from '../../test/e2e/repository.ts';
import { until } from '../../test/e2e/until.ts';
import type { Reach } from '../../test/e2e/world.ts';
import { Records } from '../local/cluster/records/records.ts';
import type { Scene, Stage, Whose } from './stage.ts';

const PATIENCE_MS = 120_000;

/** The platform of one machine as a process of its own, each function as another: all that is killed is a real process. */
export interface MachineStage extends Stage {
  killFunction(scene: Scene): Promise<string>;
  killPod(scene: Scene, whose: Whose): Promise<string>;
  /** The process that is everything but functions and pods, which go with it; then it is started again. */
  killPlatform(): Promise<string>;
  close(): Promise<void>;
}

export async function openMachine(): Promise<MachineStage> {
  const folder = mkdtempSync(join(tmpdir(), 'cite-chaos-'));
  const dir = join(folder, 'data');
  const start = (port: number) => startMachine('--port', `${port}`, '--data', dir, '--isolate');
  let machine: Machine = await start(0);
  // A run that broke off leaves no platform behind.
  process.once('exit', () => machine.child.kill());
  const { port } = machine;
  const records = new Records(dir, () => new Date());
  let repositories = 0;

  const reach: Reach = {
    domain: 'localhost',
    patienceMs: PATIENCE_MS,
    ask: (host, path) => ask(port, host, path),
    async api(method, path, body) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, headers: answer.headers, body: await answer.json() };
    },
  };

  return {
    reach,
    door: { host: '127.0.0.1', port },
    async anApp(files, settings) {
      const name = `acme/visited${++repositories}`;
      const remote = `http://localhost:${port}/git/${name}.git`;
      const repository = await cloneOf(name, remote, join(folder, name));
      await repository.push(files);
      const { status, body } = await reach.api('POST', '/api/apps', { repository: name, ...settings });
      if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
      return { repository, app: new App(reach, body) };
    },
    // Its broker loses nothing: what was not done is delivered again, also after a kill.
    helpOn: async () => undefined,

    async killFunction({ pick }) {
      const found = await until(
        'a function runs',
        async () => runningFunctions(dir),
        (all) => all.length > 0,
        PATIENCE_MS,
      );
      const { name, pid } = pick(found);
      kill(pid);
      return name;
    },

    async killPod({ app, pick }, whose) {
      const live = records.get('Service', app.namespace, app.name)?.body.live;
      const victims = records
        .list('Pod', { namespace: app.namespace, app: app.name })
        .filter(({ body }) => body.process && body.ready && (body.release === live) === (whose === 'live'));
      if (victims.length === 0) return 'none was there';
      const { name, body } = pick(victims);
      const { release, process: killed } = body;
      kill(-(killed?.pid ?? 0));
      await until(
        `r${release} has its pods again`,
        async () => ({
          pod: records.get('Pod', app.namespace, name)?.body,
          workload: records.get('Deployment', app.namespace, `${app.name}-r${release}`)?.body,
        }),
        // It is started again in its pod; a sweep may end it instead.
        ({ pod, workload }) => !pod || !workload?.replicas || (pod.ready && pod.process?.pid !== killed?.pid),
        PATIENCE_MS,
      );
      return name;
    },

    async killPlatform() {
      await machine.end('SIGKILL');
      machine = await start(port);
      return 'scripts/local/start.ts';
    },

    async close() {
      records.close();
      await machine.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (err) {
    // It has ended by itself just now.
    if ((err as NodeJS.ErrnoException).code !== 'ESRCH') throw err;
  }
}

/** Processes of functions of this data folder: both are among their arguments. */
function runningFunctions(dir: string): readonly { readonly name: string; readonly pid: number }[] {
  const processes = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return processes
    .filter((line) => line.includes('isolated.ts') && line.includes(`"dir":"${dir}"`))
    .map((line) => ({ pid: Number.parseInt(line, 10), name: /"name":"(\w+)"/.exec(line)?.[1] ?? '' }));
}
