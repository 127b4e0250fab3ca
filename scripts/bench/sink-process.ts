import { createServer } from 'node:http';
import { serve } from './in-child.ts';

/** Stands where the broker does: takes every event. */
await serve(
  createServer((req, res) => {
    req.resume().once('end', () => res.writeHead(202).end());
  }),
);
