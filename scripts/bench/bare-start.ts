import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/contract/store/redis-server.ts';
import { SAMPLE } from './platform.ts';

/** Milliseconds from the spawn of the sample to its port, with nothing of the platform around it. */
export async function bareStart(): Promise<number> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, ['server.js'], {
    cwd: SAMPLE,
    env: { PORT: `${port}`, NODE_ENV: 'production' },
    stdio: 'ignore',
  });
  try {
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`the sample ended with ${child.exitCode}`);
      await sleep(1);
    }
    return performance.now() - begun;
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
