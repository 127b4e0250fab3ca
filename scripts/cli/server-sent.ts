/** One server-sent event; what only names a place has no data. */
export interface ServerSent {
  readonly id?: string;
  readonly data?: string;
}

/** The events in a stream's lines (HTML, 9.2.6), each once it is whole; comments and other fields are passed over. */
export async function* serverSent(lines: AsyncIterable<string>): AsyncGenerator<ServerSent> {
  let event: { id?: string; data?: string } = {};
  for await (const line of lines) {
    const [, field, value = ''] = /^(id|data):(?: ?)(.*)$/.exec(line) ?? [];
    if (field === 'id') event.id = value;
    if (field === 'data') event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    if (line !== '') continue;
    if (event.id !== undefined || event.data !== undefined) yield event;
    event = {};
  }
}
