import { expect, test } from 'vitest';
import { releaseNote } from '../../../functions/console/views/release-note.ts';
import { releaseState } from '../../../functions/console/views/release-state.ts';
import type { StandbyCheck } from '../../../shared/domain/standby-check.ts';
import { deployed, minutesAfterNoon, NOON } from '../../support/facts.ts';

const standby = { ...deployed(1), standbySince: NOON };
const UNTIL = 'standby until 2026-03-01 13:00:00 UTC';

const at = minutesAfterNoon(7).toISOString();
const well: StandbyCheck = { app: 'uid-1', release: 1, at };
const broken = { ...well, fault: '1 of 2 pods are ready: CrashLoopBackOff' };

test.each([
  ['was not checked yet', standby, undefined, `${UNTIL}, 2 of 2 pods ready, not checked yet`],
  ['is well', standby, well, `${UNTIL}, rollback ready, checked 3 min ago`],
  [
    'broke',
    { ...standby, available: 1 },
    broken,
    `${UNTIL}, would not take over: 1 of 2 pods are ready: CrashLoopBackOff, checked 3 min ago`,
  ],
  [
    'lost its pods since',
    { ...standby, available: 0 },
    well,
    `${UNTIL}, 0 of 2 pods ready, was ready when checked 3 min ago`,
  ],
  [
    'is pinned',
    { ...standby, pinnedBy: 'Ada' },
    well,
    'standby pinned by Ada, rollback ready, checked 3 min ago',
  ],
  ['was claimed', deployed(1), well, 'standby on its way to be live, 2 of 2 pods ready'],
])('the note of a standby that %s', (_what, workload, check, note) => {
  const state = releaseState(workload, 2);
  expect(releaseNote({ workload, state, standbySeconds: 3600, check, now: minutesAfterNoon(10) })).toBe(note);
});
