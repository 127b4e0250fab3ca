import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { httpProbe } from '../../scripts/local/cluster/supervisor/probes/http.ts';
import { appAnswers } from '../hostile/corpus/app-answers.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** Of an app that writes this, and leaves its connection open. */
async function faultOf(answer: string, limitMs: number): Promise<string | undefined> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return (await httpProbe(port, '/health', limitMs))?.replace(String(port), 'PORT');
}

test.each(Object.entries(appAnswers))(
  'a pod that answers with %s is judged in time',
  async (_what, answer) => {
    expect((await faultOf(answer, 1000)) ?? 'HTTP').toMatch(/^(HTTP|Get)/);
  },
);

test.each([
  ['another protocol, unasked', 'HTTP probe failed with statuscode: 101', 10_000],
  ['another protocol, unnamed', 'HTTP probe failed with statuscode: 101', 10_000],
  ['a status below all', 'HTTP probe failed with statuscode: 99', 10_000],
  ['an empty line', 'Get "http://127.0.0.1:PORT/health": no answer within 1s', 1000],
])('a pod that answers with %s is not well', async (what, fault, limitMs) => {
  expect(await faultOf(appAnswers[what] as string, limitMs)).toBe(fault);
});
