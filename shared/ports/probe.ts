import type { Check } from '../domain/app-spec.ts';
import type { Service } from '../domain/workload.ts';

/** One new request through a Service: the last part of the proof of a switch (DESIGN §6). */
export interface Probe {
  /** Undefined: answered well; else what was wrong, for a person. HTTP where the App's readiness is HTTP, else TCP. */
  fault(address: Service['address'], readiness: Check): Promise<string | undefined>;
}
