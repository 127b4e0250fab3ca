import type { IncomingHttpHeaders } from 'node:http';
import { type CloudEvent, HTTP } from 'cloudevents';
import type { Attributes } from './filter.ts';

/** An event as the broker keeps it: its context attributes as text, as Triggers filter by them, and its data as bytes. */
export interface StoredEvent {
  readonly attributes: Attributes;
  readonly data: Buffer;
}

/** Takes a request in binary or structured mode; the fault says why it is not one valid CloudEvent. */
export function parseEvent(
  headers: IncomingHttpHeaders,
  body: Buffer,
): StoredEvent | { readonly fault: string } {
  try {
    // The library knows one spelling of the charset alone (stack.md 3).
    const type = headers['content-type']?.replace(/;\s*charset="?utf-8"?/i, '; charset=utf-8');
    const sent = { ...headers, ...(type === undefined ? {} : { 'content-type': type }) };
    const parsed = HTTP.toEvent<unknown>({ headers: sent, body: body.toString() });
    if (Array.isArray(parsed)) return { fault: 'a batch of events; one at a time is taken' };
    const event = parsed as CloudEvent<unknown>;
    event.validate();
    // The library takes any version for 1.0.
    if (event.specversion !== '1.0' || (headers['ce-specversion'] ?? '1.0') !== '1.0')
      return { fault: 'specversion must be 1.0' };
    const binary = headers['ce-specversion'] !== undefined;
    const stored = storedEvent(event);
    return binary ? { ...stored, data: body } : stored;
  } catch (err) {
    return { fault: err instanceof Error ? err.message : String(err) };
  }
}

/** Throws a TypeError for an attribute whose name no header can carry. */
export function storedEvent(event: CloudEvent<unknown>): StoredEvent {
  const { data, data_base64: base64, ...context } = event.toJSON();
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(context)) {
    if (value === undefined || value === null) continue;
    if (!/^[a-z0-9]{1,64}$/.test(name))
      throw new TypeError(`the attribute ${JSON.stringify(name)} has no valid name`);
    attributes[name] = String(value);
  }
  if (base64 !== undefined) return { attributes, data: Buffer.from(String(base64), 'base64') };
  if (data === undefined) return { attributes, data: Buffer.alloc(0) };
  // What the JSON format implies has to be said in binary mode.
  attributes.datacontenttype ??= 'application/json';
  const text = /[/+]json\b/.test(attributes.datacontenttype) ? JSON.stringify(data) : String(data);
  return { attributes, data: Buffer.from(text) };
}

/** Headers of the event in binary mode. */
export function binaryHeaders({ attributes, data }: StoredEvent): Record<string, string | number> {
  const headers: Record<string, string | number> = { 'content-length': data.length };
  for (const [name, value] of Object.entries(attributes))
    headers[name === 'datacontenttype' ? 'content-type' : `ce-${name}`] = headerText(value);
  return headers;
}

/** The same event for the dead letter sink, with what Knative adds to it (knative.md 1.9). */
export function deadLetter(
  event: StoredEvent,
  failure: { readonly destination: string; readonly code: number; readonly detail: string },
): StoredEvent {
  return {
    data: event.data,
    attributes: {
      ...event.attributes,
      knativeerrordest: failure.destination,
      knativeerrorcode: String(failure.code),
      knativeerrordata: Buffer.from(failure.detail).toString('base64').slice(0, ERROR_DATA),
    },
  };
}

/** Most characters of `knativeerrordata`, as in Knative. */
const ERROR_DATA = 1024;

/** The specification escapes spaces and percent signs as well, but the receiving library takes nothing back. */
const headerText = (value: string) =>
  value.replace(/[^\x20-\x7e]+/gu, (text) => encodeURIComponent(text.toWellFormed()));
