import { InvalidError } from './errors.ts';

/** Milliseconds since 1970 of an ISO 8601 time, for what is ordered by time. Throws InvalidError for anything else. */
export function instant(time: string): number {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds))
    throw new InvalidError('time', `is not a time: ${JSON.stringify(time)}`, 'Give it as ISO 8601.');
  return milliseconds;
}
