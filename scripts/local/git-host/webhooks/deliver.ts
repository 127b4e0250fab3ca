import { createHmac } from 'node:crypto';
import type { Message, Outcome } from '../records/delivery-log.ts';
import type { Hook } from '../records/hooks.ts';

/** GitHub's own bounds: how long an answer may take, and how much it sends at most. */
const ANSWER_MS = 10_000;
const MOST_BYTES = 25 * 1024 * 1024;
/** Of an answer no more is read, and logged. */
const MOST_ANSWER_BYTES = 64 * 1024;

/** The request that tells a hook of an event, as GitHub writes it. */
export function webhookRequest(hook: Hook, event: string, guid: string, payload: unknown): Message {
  const json = JSON.stringify(payload);
  const body = hook.contentType === 'json' ? json : new URLSearchParams({ payload: json }).toString();
  const signature = (algorithm: string, secret: string) =>
    `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
  const type = hook.contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  return {
    headers: {
      Accept: '*/*',
      'Content-Type': type,
      'User-Agent': 'GitHub-Hookshot/c17e000',
      'X-GitHub-Delivery': guid,
      'X-GitHub-Event': event,
      'X-GitHub-Hook-ID': String(hook.id),
      'X-GitHub-Hook-Installation-Target-ID': String(hook.repository),
      'X-GitHub-Hook-Installation-Target-Type': 'repository',
      ...(hook.secret
        ? {
            'X-Hub-Signature': signature('sha1', hook.secret),
            'X-Hub-Signature-256': signature('sha256', hook.secret),
          }
        : {}),
    },
    payload: body,
  };
}

/** Sends it once. Whatever happens is an outcome for the log: nobody tries again. */
export async function deliver(url: string, request: Message, ending: AbortSignal): Promise<Outcome> {
  const began = performance.now();
  const outcome = (status: string, statusCode: number, response: Message): Outcome => ({
    duration: Math.round((performance.now() - began) / 10) / 100,
    status,
    statusCode,
    response,
  });
  if (Buffer.byteLength(request.payload) > MOST_BYTES)
    return outcome('payload too large: not sent', 0, { headers: {}, payload: '' });
  try {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(ANSWER_MS)]);
    const { headers, payload: body } = request;
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    const payload = await beginning(answer);
    const status = answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`;
    return outcome(status, answer.status, { headers: Object.fromEntries(answer.headers), payload });
  } catch (error) {
    return outcome(reason(error), 0, { headers: {}, payload: '' });
  }
}

async function beginning(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size >= MOST_ANSWER_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, MOST_ANSWER_BYTES).toString();
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'failed to connect to host';
  if (error.name === 'TimeoutError') return 'timed out';
  if (error.name === 'AbortError') return 'the host was ended';
  return `failed to connect to host: ${error.cause instanceof Error ? error.cause.message : error.message}`;
}
