/** One server-sent event; what only names a place has no data. */
export interface ServerSent {
  /** Its kind, where it says one. */
  readonly event?: string;
  readonly id?: string;
  readonly data?: string;
}

/** The events in a stream's lines (HTML, 9.2.6), each once it is whole; comments and other fields are passed over. */
export async function* serverSent(lines: AsyncIterable<string>): AsyncGenerator<ServerSent> {
  let event: { event?: string; id?: string; data?: string } = {};
  for await (const line of lines) {
    const [, field, value = ''] = /^(event|id|data):(?: ?)(.*)$/.exec(line) ?? [];
    if (field === 'event') event.event = value;
    if (field === 'id') event.id = value;
    if (field === 'data') event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    if (line !== '') continue;
    if (event.id !== undefined || event.data !== undefined) yield event;
    event = {};
  }
}
