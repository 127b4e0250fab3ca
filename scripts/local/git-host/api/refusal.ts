import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An answer that GitHub gives to a request it does not do: a status and its JSON. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly errors: readonly object[] | undefined;
  constructor(status: ContentfulStatusCode, message: string, errors?: readonly object[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }

  json() {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: 'https://docs.github.com/rest',
      status: String(this.status),
    };
  }
}

export const notFound = () => new Refusal(404, 'Not Found');
