import type { DatabaseSync } from 'node:sqlite';

/** As long as GitHub keeps its log. */
const KEPT_MS = 3 * 24 * 3600_000;

/** One attempt to deliver an event to a hook. */
export interface Delivery extends Attempt, Outcome {
  readonly id: number;
}

export interface Attempt {
  readonly hook: number;
  /** One per event: hooks of a repository, and repeated deliveries, share it. */
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly redelivery: boolean;
  readonly deliveredAt: string;
  readonly url: string;
  readonly request: Message;
}

export interface Outcome {
  /** Seconds. */
  readonly duration: number;
  /** `OK`, or what was wrong; `pending` where its end was not seen: it is under way, or the host was ended. */
  readonly status: string;
  /** 0: no answer. */
  readonly statusCode: number;
  readonly response: Message;
}

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

export interface DeliveryLog {
  /** Before the request goes out, so that one that is never answered is in the log too. */
  begin(attempt: Attempt): number;
  end(id: number, outcome: Outcome): void;
  find(hook: number, id: number): Delivery | undefined;
  /** Newest first, those with an id below `before`. */
  list(hook: number, most: number, before?: number): Delivery[];
}

export function deliveryLog(records: DatabaseSync): DeliveryLog {
  const insert = records.prepare(`
    insert into deliveries (hook, guid, event, action, redelivery, delivered_at, duration, status, status_code, url,
      request_headers, request_payload, response_headers, response_payload)
    values (:hook, :guid, :event, :action, :redelivery, :deliveredAt, 0, 'pending', 0, :url,
      :requestHeaders, :requestPayload, '{}', '') returning id`);
  const update = records.prepare(`
    update deliveries set duration = :duration, status = :status, status_code = :statusCode,
      response_headers = :responseHeaders, response_payload = :responsePayload where id = :id`);
  const prune = records.prepare('delete from deliveries where delivered_at < ?');
  const find = records.prepare('select * from deliveries where hook = ? and id = ?');
  const list = records.prepare('select * from deliveries where hook = ? and id < ? order by id desc limit ?');
  return {
    begin({ request, redelivery, ...attempt }) {
      prune.run(new Date(Date.now() - KEPT_MS).toISOString());
      const row = insert.get({
        ...attempt,
        redelivery: Number(redelivery),
        requestHeaders: JSON.stringify(request.headers),
        requestPayload: request.payload,
      });
      return (row as unknown as Row).id;
    },
    end(id, { duration, status, statusCode, response }) {
      const responseHeaders = JSON.stringify(response.headers);
      update.run({ id, duration, status, statusCode, responseHeaders, responsePayload: response.payload });
    },
    find(hook, id) {
      const row = find.get(hook, id) as unknown as Row | undefined;
      return row && fromRow(row);
    },
    list: (hook, most, before = Number.MAX_SAFE_INTEGER) =>
      list.all(hook, before, most).map((row) => fromRow(row as unknown as Row)),
  };
}

interface Row {
  readonly id: number;
  readonly hook: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly redelivery: number;
  readonly delivered_at: string;
  readonly duration: number;
  readonly status: string;
  readonly status_code: number;
  readonly url: string;
  readonly request_headers: string;
  readonly request_payload: string;
  readonly response_headers: string;
  readonly response_payload: string;
}

const fromRow = (row: Row): Delivery => ({
  id: row.id,
  hook: row.hook,
  guid: row.guid,
  event: row.event,
  action: row.action,
  redelivery: row.redelivery === 1,
  deliveredAt: row.delivered_at,
  duration: row.duration,
  status: row.status,
  statusCode: row.status_code,
  url: row.url,
  request: { headers: JSON.parse(row.request_headers) as Message['headers'], payload: row.request_payload },
  response: {
    headers: JSON.parse(row.response_headers) as Message['headers'],
    payload: row.response_payload,
  },
});
