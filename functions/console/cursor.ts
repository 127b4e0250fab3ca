import { z } from 'zod';
import type { Place } from '../../shared/domain/change-query.ts';
import { invalid } from './problem.ts';

const place = z.tuple([z.iso.datetime(), z.string().min(1)]);

/** A place in a list as a client carries it along: opaque, so that it can become another one. */
export const cursorAt = (at: string, id: string): string =>
  Buffer.from(JSON.stringify([at, id])).toString('base64url');

/** Throws the refusal of what is no cursor of ours. */
export function placeOf(cursor: string): { readonly at: string; readonly id: string } {
  try {
    const [at, id] = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { at, id };
  } catch {
    throw invalid('cursor', 'is not where a page ended', 'Give `next` of the page before, or leave it out.');
  }
}

export function placeOfChange(cursor: string): Place {
  const { at: openedAt, id } = placeOf(cursor);
  return { openedAt, id };
}
