import type { Context } from 'hono';
import type { Logger } from '../../../shared/runtime/logger.ts';
import { onError, problem } from '../problem.ts';
import { Document } from './document.tsx';

/** What an error comes to: in the API's own words, and with its status. */
export async function problemOf(log: Logger, err: Error, c: Context) {
  const response = onError(log)(err, c);
  const { title, detail, errors } = problem.parse(await response.json());
  return { title, detail, errors, status: response.status, headers: response.headers };
}

export const Problem = ({ title, detail }: { title: string; detail: string }) => (
  <>
    <h1>{title}</h1>
    <p>{detail}</p>
  </>
);

/** A page that says what another one cannot show. */
export const onPageError =
  (log: Logger) =>
  async (err: Error, c: Context): Promise<Response> => {
    const { title, detail, status, headers } = await problemOf(log, err, c);
    const main = <Problem title={title} detail={detail} />;
    for (const [name, value] of headers) if (name !== 'content-type') c.header(name, value);
    return c.html(`<!doctype html>${<Document title={title} main={main} />}`, status as 500);
  };
