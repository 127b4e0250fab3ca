import type { Address, Readiness } from '../domain/workload.ts';

/** One new request to an App: the last part of the proof of a switch (DESIGN §6), and what a standby is asked. */
export interface Probe {
  /** Undefined: answered well; else what was wrong, for a person. HTTP where the release's readiness is HTTP, else TCP. */
  fault(address: Address, readiness: Readiness): Promise<string | undefined>;
}
