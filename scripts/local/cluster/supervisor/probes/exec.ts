import { spawn } from 'node:child_process';
import { signalGroup } from '../process-group.ts';
import type { ProbeTarget } from './probe-target.ts';

/** Enough of its last words to tell what is wrong. */
const KEPT = 200;

/** Runs in the pod's folder and environment, as its own process group: it cannot outlive its time. */
export function execProbe(
  command: readonly string[],
  { cwd, env }: ProbeTarget,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const hear = (piece: Buffer) => {
      said = (said + piece.toString()).slice(-KEPT);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const end = (fault?: string) => {
      clearTimeout(timer);
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      resolve(fault);
    };
    const timer = setTimeout(
      () => end(`command ${JSON.stringify(program)} timed out after ${timeoutMs / 1000}s`),
      timeoutMs,
    );
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) =>
      end(
        code === 0
          ? undefined
          : [`command ended with ${code ?? signal}`, said.trim()].filter(Boolean).join(': '),
      ),
    );
  });
}
