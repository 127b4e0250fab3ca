import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../shared/ports/store.ts';
import { answersContract } from './store/answers.ts';
import { auditContract } from './store/audit.ts';
import { buildsContract } from './store/builds.ts';
import { changeEventsContract } from './store/change-events.ts';
import { changeListContract } from './store/change-list.ts';
import { changesContract } from './store/changes.ts';
import { deadLettersContract } from './store/dead-letters.ts';
import { deliveriesContract } from './store/deliveries.ts';
import { expireContract } from './store/expire.ts';
import { START } from './store/fixtures.ts';
import { grantsContract } from './store/grants.ts';
import { hostileContract } from './store/hostile.ts';
import { leasesContract } from './store/leases.ts';
import { logsContract } from './store/logs.ts';
import { noticesContract } from './store/notices.ts';
import { outboxContract } from './store/outbox.ts';
import { standbyChecksContract } from './store/standby-checks.ts';

export interface OpenedStore {
  readonly store: Store;
  /** A second connection to the same records: what another process has. */
  readonly other: Store;
  close: () => Promise<void>;
}

/** What each test of the contract has at hand. */
export interface Stage {
  store: Store;
  other: Store;
  /** Moves the stores' clock, and gives its new time. */
  pass: (milliseconds: number) => Date;
}

/** Every sentence of the port's comments. `open` gives an empty store that takes its time from `clock`. */
export function storeContract(name: string, open: (clock: () => Date) => Promise<OpenedStore>): void {
  describe(`the store in ${name}`, () => {
    const stage = {} as Stage;
    let opened: OpenedStore;

    beforeEach(async () => {
      let now = START;
      opened = await open(() => new Date(now));
      Object.assign(stage, {
        store: opened.store,
        other: opened.other,
        pass: (milliseconds: number) => {
          now += milliseconds;
          return new Date(now);
        },
      });
    });
    afterEach(() => opened.close());

    deliveriesContract(stage);
    changesContract(stage);
    changeListContract(stage);
    changeEventsContract(stage);
    outboxContract(stage);
    noticesContract(stage);
    buildsContract(stage);
    logsContract(stage);
    deadLettersContract(stage);
    auditContract(stage);
    grantsContract(stage);
    standbyChecksContract(stage);
    answersContract(stage);
    leasesContract(stage);
    expireContract(stage);
    hostileContract(stage);
  });
}
