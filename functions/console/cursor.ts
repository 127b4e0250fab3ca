import { z } from 'zod';
import type { Place } from '../../shared/domain/change-query.ts';
import { invalid } from './problem.ts';

const place = z.tuple([z.iso.datetime(), z.string().min(1)]);

/** A place in a list as a client carries it along: opaque, so that it can become another one. */
export const cursorAt = ({ openedAt, id }: Place): string =>
  Buffer.from(JSON.stringify([openedAt, id])).toString('base64url');

/** Throws the refusal of what is no cursor of ours. */
export function placeOf(cursor: string): Place {
  try {
    const [openedAt, id] = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { openedAt, id };
  } catch {
    throw invalid('cursor', 'is not where a page ended', 'Give `next` of the page before, or leave it out.');
  }
}
