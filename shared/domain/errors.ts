/**
 * Whether to try again is a type, not a message.
 * Thrown when the same event may succeed later: the harness answers 503 and the broker redelivers.
 */
export class RetryableError extends Error {
  override name = 'RetryableError';
}

/** Thrown when a compare-and-set lost: somebody else wrote first. The next try re-reads the world. */
export class ConflictError extends RetryableError {
  override name = 'ConflictError';
}

/**
 * Thrown when somebody outside of the platform has to mend something first (a right, a quota, a token): tried again, so
 * that it goes on by itself, and the message ends with what to do.
 */
export class DeniedError extends RetryableError {
  override name = 'DeniedError';
  /** The one right that is missing, where that is known: what needs another one may go on meanwhile. */
  readonly right: string | undefined;
  constructor(message: string, options: ErrorOptions & { readonly right?: string } = {}) {
    super(message, options);
    this.right = options.right;
  }
}

/**
 * Thrown by the code host, each of whose answers costs one of the requests of an hour: the broker's quick tries are left
 * out, and resync, which finds from state what was left undone, has it asked for once in a round.
 */
export class HostDeniedError extends DeniedError {
  override name = 'HostDeniedError';
}

/**
 * Thrown when what was asked for can never succeed as it was asked: shown to the person, never retried.
 * `field` names the input at fault (`spec.port`), `remedy` what to write instead.
 */
export class InvalidError extends Error {
  override name = 'InvalidError';
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
  constructor(field: string, problem: string, remedy: string) {
    super(`${field}: ${problem}. ${remedy}`);
    this.field = field;
    this.problem = problem;
    this.remedy = remedy;
  }
}
