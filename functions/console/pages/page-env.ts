import type { Grant } from '../../../shared/domain/grant.ts';
import type { Logger } from '../../../shared/runtime/logger.ts';
import type { Rights } from '../rights.ts';

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
    /** Of who has signed in, by GitHub: they can say no other name. */
    login: string | undefined;
    /** What let them in, and its secret. */
    grant: (Grant & { readonly secret: string }) | undefined;
    rights: Rights;
    /** Looks anew who it is that asks. */
    enterAgain: () => Promise<void>;
    /** Throws the refusal of who may not any more. For what goes on after the first look. */
    requireStillMay: () => Promise<void>;
    /** Whose page it is: those of one audience are shown the same at one address. Empty: everybody who may see it. */
    audience: string;
    /** The looks of this moment, by address. */
    looks: Map<string, Promise<Seen>>;
    log: Logger;
  };
}
