import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { CloudEvent, type Headers, HTTP } from 'cloudevents';
import { RetryableError } from '../../domain/errors.ts';
import type { CiteEvent } from '../../domain/events.ts';
import type { Events } from '../../ports/events.ts';

/** A broker that takes longer is not waited for: the event is in the store already, and resync finds it. */
const TIMEOUT_MS = 5000;

/** Sends events to the broker as CloudEvents over HTTP, binary mode. `source` is the name of the sending function. */
export function brokerEvents(options: { url: string; source: string; clock: () => Date }): Events {
  // Node's own client: a third of the cost of fetch per event (performance.md), and one connection kept.
  const agent = new Agent({ keepAlive: true });
  return {
    async emit(event) {
      const { headers, body } = HTTP.binary(cloudEvent(event, options.source, options.clock()));
      const status = await post(options.url, encoded(headers), String(body), agent);
      if (status >= 300) throw new RetryableError(`the broker answered ${status} to ${event.type}`);
    },
  };
}

/** As the HTTP binding of CloudEvents encodes values in headers (3.1.3.2): a name from outside may hold anything. */
const encoded = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      String(value).replace(/[^\x20-\x7e]|["%]/gu, (character) =>
        encodeURIComponent(character.toWellFormed()),
      ),
    ]),
  );

function cloudEvent(event: CiteEvent, source: string, time: Date): CloudEvent<unknown> {
  return new CloudEvent({
    ...event.extensions,
    id: event.id ?? randomUUID(),
    type: event.type,
    source: event.source ?? `/cite/${source}`,
    subject: event.subject,
    time: time.toISOString(),
    datacontenttype: 'application/json',
    data: event.data,
  });
}

/** The broker has it as soon as it says so: what it may say besides is not waited for. */
function post(url: string, headers: Record<string, string>, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      const why = cause.name === 'AbortError' ? `no answer in ${TIMEOUT_MS} ms` : cause.message;
      reject(new RetryableError(`the broker cannot be reached: ${why}`, { cause }));
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const length = Buffer.byteLength(body);
    const options = { method: 'POST', headers: { ...headers, 'content-length': length }, agent, signal };
    request(url, options, (res) => {
      resolve(res.statusCode ?? 500);
      res.once('error', () => {}).resume();
    })
      .once('error', fail)
      .end(body);
  });
}
