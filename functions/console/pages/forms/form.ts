import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppRef } from '../../../../shared/domain/app.ts';
import { refusal } from '../../problem.ts';
import { appAddress, reason, releaseNumber } from '../../schemas.ts';
import { appPath } from '../addresses.ts';
import type { PageEnv } from '../page-env.ts';
import { parsed } from '../parsed.ts';

/** What the forms send, checked as the API checks it. */
export const whyForm = z.object({ why: reason.unwrap().default('') });
/** What the form was made of, by its hidden fields: one without them was made of nothing that is there. */
export const seenForm = z.object({
  uid: z.string().default(''),
  hold: z
    .string()
    .default('')
    .transform((at) => at || null),
});
const releaseQuery = z.object({ release: z.coerce.number().pipe(releaseNumber) });

export const refOf = (c: Context<PageEnv>) => parsed(appAddress, c.req.param());

export const releaseOf = (c: Context<PageEnv>) => parsed(releaseQuery, c.req.query()).release;

/** Where a person was who asked for it: the page of the sweep, or that of the App. */
export const backOf = (c: Context<PageEnv>, ref: AppRef) =>
  c.req.query('back') === 'sweep' ? '/sweep' : appPath(ref);

/** The form as it was sent. */
export const formData = (c: Context<PageEnv>): Promise<FormData> =>
  c.req.formData().catch(() => {
    throw refusal(400, 'The form cannot be read. Open its page anew, and send it from there.');
  });

/** What of it the schema names. */
export const readForm = async <S extends z.ZodType>(c: Context<PageEnv>, schema: S): Promise<z.output<S>> =>
  parsed(schema, Object.fromEntries(await formData(c)));
