import { createHmac } from 'node:crypto';
import type { HttpFunction, Request, Response } from '@google-cloud/functions-framework';
import { handle as createService } from '../../../functions/createService/handle.ts';
import { handle as gcSweep } from '../../../functions/gcSweep/handle.ts';
import { handle as notify } from '../../../functions/notify/handle.ts';
import { handle as onBuild } from '../../../functions/onBuild/handle.ts';
import { handle as onDeadLetter } from '../../../functions/onDeadLetter/handle.ts';
import { handle as onPush } from '../../../functions/onPush/handle.ts';
import { handle as onStatus } from '../../../functions/onStatus/handle.ts';
import { handle as probeStandby } from '../../../functions/probeStandby/handle.ts';
import { handle as receiveWebhook } from '../../../functions/receiveWebhook/handle.ts';
import { handle as resync } from '../../../functions/resync/handle.ts';
import { handle as startRelease } from '../../../functions/startRelease/handle.ts';
import { handle as switchSelector } from '../../../functions/switchSelector/handle.ts';
import { binaryHeaders, type StoredEvent } from '../../../scripts/local/broker/event.ts';
import type { Ports } from '../../../shared/runtime/ports.ts';
import { Killed } from './interventions.ts';

export const handlers: Readonly<Record<string, (ports: Ports) => HttpFunction>> = {
  receiveWebhook,
  onPush,
  onBuild,
  onStatus,
  createService,
  startRelease,
  switchSelector,
  gcSweep,
  resync,
  probeStandby,
  notify,
  onDeadLetter,
};

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * The very functions that are deployed, each called with a request as its host would give it, and each time an instance
 * of its own: nothing may need the memory of another one.
 */
export function functions(ports: Ports) {
  const call = async (name: string, request: object): Promise<Answer> => {
    const handle = handlers[name];
    if (!handle) throw new Error(`there is no function ${name}`);
    let status = 200;
    let body = '';
    const response = {
      status: (code: number) => {
        status = code;
        return response;
      },
      type: () => response,
      send: (text: string) => {
        body = text;
        return response;
      },
      end: () => response,
    };
    try {
      await handle(ports)(request as Request, response as unknown as Response);
    } catch (err) {
      if (err instanceof Killed) return { status: 500, body: '' };
      throw err;
    }
    return { status, body };
  };
  return {
    deliver: (name: string, event: StoredEvent) =>
      call(name, { headers: binaryHeaders(event), rawBody: event.data }),
    /** A webhook as GitHub sends it, signed. */
    async webhook(event: string, guid: string, payload: object): Promise<number> {
      const body = JSON.stringify(payload);
      const signature = createHmac('sha256', ports.config.WEBHOOK_SECRET).update(body).digest('hex');
      const headers = {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-hook-id': '1',
        'x-github-delivery': guid,
        'x-hub-signature-256': `sha256=${signature}`,
      };
      const request = { method: 'POST', headers, rawBody: Buffer.from(body) };
      return (await call('receiveWebhook', request)).status;
    },
  };
}
