import type { App } from '../../test/e2e/app.ts';
import type { Files } from '../../test/e2e/files.ts';
import type { Repository } from '../../test/e2e/repository.ts';
import type { Reach } from '../../test/e2e/world.ts';

export interface VisitedApp {
  readonly app: App;
  readonly repository: Repository;
}

/** What both platforms have, as far as a run needs it. */
export interface Stage {
  readonly reach: Reach;
  /** Where the names of Apps lead. */
  readonly door: { readonly host: string; readonly port: number };
  /** These files in a repository of its own, registered. */
  anApp(files: Files, settings: object): Promise<VisitedApp>;
  /** The tick of resync that comes every five minutes comes now, where a person who waits would wait for it. */
  helpOn(): Promise<void>;
}

/** Which of an App's pods. */
export type Whose = 'live' | 'standby';

/** What a scenario is played on. */
export interface Scene {
  readonly app: App;
  /** One of them, as the seed has it. */
  pick<T>(of: readonly T[]): T;
}
