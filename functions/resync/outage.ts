import { DeniedError, InvalidError, RetryableError } from '../../shared/domain/errors.ts';

/**
 * So many repositories in a row that cannot be asked are an outage of the code host. One alone may be its own fault: a
 * commit whose message is larger than any answer may be would hide every repository after it.
 */
const MOST_IN_A_ROW = 3;

/** What went wrong with one repository after the other, and whether it is worth asking the next. */
export class Outage {
  #inARow = 0;

  answered(): void {
    this.#inARow = 0;
  }

  /** Whether to ask no further in this round. Throws what is no answer of the code host's. */
  isSeenIn(err: unknown): boolean {
    // The rights on one repository say nothing of the others'; a token is everybody's.
    const isItsOwn = err instanceof InvalidError || (err instanceof DeniedError && err.right !== undefined);
    if (isItsOwn) {
      this.#inARow = 0;
      return false;
    }
    if (!(err instanceof RetryableError)) throw err;
    this.#inARow++;
    return err instanceof DeniedError || this.#inARow >= MOST_IN_A_ROW;
  }
}
