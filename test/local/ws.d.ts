/** What the tests use of the package `ws`, which brings no types. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:http';

  export class WebSocket extends EventEmitter {
    constructor(url: string, options?: { headers?: Record<string, string> });
    send(text: string): void;
    close(): void;
    terminate(): void;
  }
  export class WebSocketServer extends EventEmitter<{ connection: [WebSocket] }> {
    constructor(options: { server: Server });
  }
}
