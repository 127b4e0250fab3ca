import type { ProcessId } from '../records/kinds.ts';
import type { Records } from '../records/records.ts';
import { startTimeOf } from './proc.ts';

const FACT = 'supervisor';

/** One supervisor per data folder: a second one would end the first one's pods as leftovers. Throws where one runs. */
export function takeLock(records: Records): void {
  const own: ProcessId = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  records.transaction(() => {
    const held = records.fact(FACT, () => JSON.stringify(own));
    const holder = JSON.parse(held) as ProcessId;
    const sameProcess = holder.pid === own.pid && holder.startTime === own.startTime;
    if (!sameProcess && startTimeOf(holder.pid) === holder.startTime)
      throw new Error(`process ${holder.pid} runs the platform on this data folder already`);
    records.setFact(FACT, JSON.stringify(own));
  });
}

export const giveLockBack = (records: Records) =>
  records.setFact(FACT, JSON.stringify({ pid: 0, startTime: '' }));
