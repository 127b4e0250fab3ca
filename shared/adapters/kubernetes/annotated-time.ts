import { z } from 'zod';

const time = z.iso.datetime({ offset: true });

/** A time as the platform writes it. Anything else is none: whoever may edit the object may write there what he likes. */
export function annotatedTime(text: string | undefined): Date | undefined {
  const { data } = time.safeParse(text);
  return data === undefined ? undefined : new Date(data);
}
