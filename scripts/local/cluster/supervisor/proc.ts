import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What only the system knows of a process. Linux tells it in /proc; elsewhere `ps` tells the start time alone. */
const linux = process.platform === 'linux';

/** When it started, in the system's own words; undefined: there is no such process. With the pid it names one process. */
export function startTimeOf(pid: number): string | undefined {
  if (linux) return statOf(pid)?.startTime;
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started || undefined;
  } catch {
    return undefined;
  }
}

/** Living processes of a group; undefined where the system does not tell. */
export function membersOf(group: number): readonly number[] | undefined {
  if (!linux) return undefined;
  return pids().filter((pid) => {
    const stat = statOf(pid);
    return stat?.group === group && stat.state !== 'Z';
  });
}

/** Living processes whose environment holds this very start of a line (`NAME=value…`). None where it is not told. */
export function withEnvironment(start: string): readonly number[] {
  if (!linux) return [];
  return pids().filter((pid) => {
    if (pid === process.pid || statOf(pid)?.state === 'Z') return false;
    const environment = read(`/proc/${pid}/environ`) ?? '';
    return `\0${environment}`.includes(`\0${start}`);
  });
}

/** TCP ports that the processes listen on; undefined where the system does not tell. */
export function listeningPorts(members: readonly number[]): readonly number[] | undefined {
  if (!linux) return undefined;
  const own = new Set(members.flatMap(socketsOf));
  const ports = ['tcp', 'tcp6'].flatMap((table) =>
    (read(`/proc/net/${table}`) ?? '')
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
        const LISTEN = '0A';
        return state === LISTEN && own.has(inode ?? '')
          ? [Number.parseInt(local?.split(':')[1] ?? '', 16)]
          : [];
      }),
  );
  return [...new Set(ports)].sort((a, b) => a - b);
}

const pids = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** proc_pid_stat(5). The second field, the command, may hold spaces and parentheses: count from its end. */
function statOf(pid: number): { state: string; group: number; startTime: string } | undefined {
  const text = read(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  return { state: fields[0] ?? '', group: Number(fields[2]), startTime: fields[19] ?? '' };
}

function socketsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        return inode ? [inode] : [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** Processes end while they are looked at, and some are not ours to look at. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
