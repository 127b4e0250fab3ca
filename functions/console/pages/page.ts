import type { Child } from 'hono/jsx';

/** What a page is made of: its title, and all that changes while somebody looks at it. */
export interface Page {
  readonly title: string;
  readonly main: Child;
  /** Nothing of it changes any more: nobody needs to look at it again. */
  readonly isFinal?: boolean;
}
