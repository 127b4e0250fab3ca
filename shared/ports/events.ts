import type { CiteEvent } from '../domain/events.ts';

/** Where a function sends its events: the broker. Resolves when the broker has taken it, else RetryableError. */
export interface Events {
  emit(event: CiteEvent): Promise<void>;
}
