import { sentence } from '../../shared/domain/plain-text.ts';

/** Longest text of a client's that an answer repeats. */
const LONGEST = 80;

/** What a client sent, cut where a sentence repeats it: an answer is never as long as a hostile request. */
export const echo = (text: string) => sentence(text, LONGEST);
