import type { Context } from 'hono';
import type { Logger } from '../../../shared/runtime/logger.ts';
import { onError } from '../problem.ts';
import { Document } from './document.tsx';

/** What a page cannot show, in the API's own words and with its status. */
export const onPageError =
  (log: Logger) =>
  async (err: Error, c: Context): Promise<Response> => {
    const response = onError(log)(err, c);
    const { title, detail } = (await response.json()) as { title: string; detail: string };
    const main = (
      <>
        <h1>{title}</h1>
        <p>{detail}</p>
      </>
    );
    for (const [name, value] of response.headers) if (name !== 'content-type') c.header(name, value);
    return c.html(`<!doctype html>${<Document title={title} main={main} />}`, response.status as 500);
  };
