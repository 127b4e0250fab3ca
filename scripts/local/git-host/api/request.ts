import type { Context } from 'hono';
import type { z } from 'zod';
import type { Repository } from '../repositories.ts';
import { Refusal } from './refusal.ts';

/** What the routes of a repository find in their context. */
export interface ApiEnv {
  Variables: { repository: Repository };
}

/** The body as the schema has it; a fault in it is answered as GitHub does. */
export async function readBody<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  const parsed = schema.safeParse(parseJson(await boundedText(c)));
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    field: path.join('.'),
    code: 'invalid',
    message,
  }));
  throw new Refusal(422, 'Validation Failed', errors);
}

const MOST_BODY_BYTES = 1024 * 1024;

async function boundedText(c: Context): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size <= MOST_BODY_BYTES) parts.push(part);
  }
  // Read to its end all the same: who is cut off while sending does not see the answer.
  if (size > MOST_BODY_BYTES) throw new Refusal(413, 'Payload too large');
  return Buffer.concat(parts).toString();
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

/** A number out of a path; what is none names nothing. */
export function idParameter(c: Context, name: string): number {
  const text = c.req.param(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

const MOST_PER_PAGE = 100;
const PER_PAGE = 30;

export function perPage(c: Context, initial = PER_PAGE): number {
  const asked = Number.parseInt(c.req.query('per_page') ?? '', 10);
  return asked >= 1 ? Math.min(asked, Math.max(MOST_PER_PAGE, initial)) : initial;
}

/** The page that was asked for, with the Link header that octokit's paginate follows. */
export function pageOf<T>(c: Context, items: readonly T[], initial = PER_PAGE): readonly T[] {
  const size = perPage(c, initial);
  const page = Math.max(1, Number.parseInt(c.req.query('page') ?? '', 10) || 1);
  if (page * size < items.length) linkNext(c, { per_page: String(size), page: String(page + 1) });
  return items.slice((page - 1) * size, page * size);
}

/** Names the same request with other parameters as the next page. */
export function linkNext(c: Context, parameters: Readonly<Record<string, string>>): void {
  const next = new URL(c.req.url);
  for (const [name, value] of Object.entries(parameters)) next.searchParams.set(name, value);
  c.header('link', `<${next.href}>; rel="next"`);
}
