import type { Logger } from '../../../shared/runtime/logger.ts';

/** A page as it was seen. */
export interface Seen {
  readonly title: string;
  /** Its content, rendered. */
  readonly html: string;
  /** The same for the same content. */
  readonly version: string;
  readonly isFinal: boolean;
}

/** What the console knows of whoever looks at a page, and of who else does. */
export interface PageEnv {
  Variables: {
    /** As everybody is shown them beside what they did. */
    person: string;
    /** The looks of this moment, by address. */
    looks: Map<string, Promise<Seen>>;
    log: Logger;
  };
}
