import type { HttpFunction } from '@google-cloud/functions-framework';
import { getRequestListener } from '@hono/node-server';
import { consoleApp } from './app.ts';
import type { Needs } from './needs.ts';

export const handle = (ports: Needs): HttpFunction =>
  // The global Request stays Node's own: other functions may share the process.
  getRequestListener(consoleApp(ports).fetch, { overrideGlobalObjects: false });
