/** Whoever an App wants to be told by HTTP: chats and programs at addresses that a tenant has chosen. */
export interface Receivers {
  /** One attempt. Never throws for what the address or its receiver does: the answer says it. */
  post(letter: Letter): Promise<Answer>;
}

export interface Letter {
  /** May be a secret: it is neither told nor logged. */
  readonly url: string;
  readonly id: string;
  /** When it is sent. */
  readonly at: Date;
  /** JSON. */
  readonly body: string;
  /** Signs it as Standard Webhooks has it; absent: it is not signed. */
  readonly key?: string;
}

/** The status is all that is told of an answer. `retryAfterMs`: the receiver wants to be left alone for so long. */
export type Answer = { readonly status: number; readonly retryAfterMs?: number } | Unanswered;

/** There was no answer, or nothing was sent. `remedy`: it comes to nothing until a person does this. */
export interface Unanswered {
  readonly fault: string;
  readonly remedy?: string;
}
