import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogWriting, writeLog } from '../log-writer.ts';
import type { ProcessId } from '../records/kinds.ts';
import { membersOf, startTimeOf } from './proc.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const POLL_MS = 20;
/** After SIGKILL the system needs an instant; a process in uninterruptible sleep is not waited for for ever. */
const KILL_WAIT_MS = 5000;

/** A program and all that it starts: one process group, ended as one. */
export class ProcessGroup {
  readonly id: ProcessId;
  /** When its first process has ended. */
  readonly exited: Promise<Exit>;
  /** When all that it printed is in its log; soon after its first process has ended. */
  readonly logged: Promise<void>;
  readonly #log: LogWriting;
  #stopping = false;

  /** Rejects when the program cannot be started at all. Its output goes to the log file; what fails there is told. */
  static start(options: {
    readonly command: readonly string[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly log: string;
    readonly logFailed: (error: unknown) => void;
  }): Promise<ProcessGroup> {
    const [program = '', ...args] = options.command;
    return new Promise<ProcessGroup>((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: options.cwd,
        env: options.env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.once('error', reject);
      child.once('spawn', () => {
        const log = writeLog(options.log, [child.stdout, child.stderr], options.logFailed);
        resolve(new ProcessGroup(child, log));
      });
    });
  }

  private constructor(child: ChildProcess, log: LogWriting) {
    const pid = child.pid as number;
    this.id = { pid, startTime: startTimeOf(pid) ?? '' };
    this.#log = log;
    this.logged = log.done;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        // A container ends with its first process. While it is being stopped its children have the grace period too.
        if (!this.#stopping) {
          signalGroup(pid, 'SIGKILL');
          log.cut();
        }
        resolve({ code, signal });
      });
    });
  }

  /** SIGTERM to all of it, SIGKILL to what is left after the grace period; resolves when nothing is left. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    await endGroup(this.id.pid, graceMs);
    await this.exited;
    this.#log.cut();
  }
}

export async function endGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, 'SIGTERM');
  if (graceMs > 0 && (await gone(group, graceMs))) return;
  signalGroup(group, 'SIGKILL');
  await gone(group, KILL_WAIT_MS);
}

async function gone(group: number, withinMs: number): Promise<boolean> {
  for (let waited = 0; isAlive(group); waited += POLL_MS) {
    if (waited >= withinMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Where nobody reaps orphans (a container without init) dead ones stay in the group: they do not count. */
function isAlive(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  return membersOf(group)?.length !== 0;
}

/** False: there is no such group any longer. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    // EPERM: all that is left of it changed its user.
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))
      return false;
    throw error;
  }
}
