import { connect } from 'node:net';

export function tcpProbe(port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: timeoutMs });
    const end = (fault?: string) => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end(`dial tcp 127.0.0.1:${port}: i/o timeout`));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(
        `dial tcp 127.0.0.1:${port}: ${error.code === 'ECONNREFUSED' ? 'connection refused' : error.message}`,
      ),
    );
  });
}
