import type { AppSpec } from './app-spec.ts';
import type { Release } from './release.ts';

/** What a user registers: one repository and branch, how to build it and how to run it. DESIGN §2. */
export interface App {
  readonly namespace: string;
  /** Also the name of its Service: DNS-1035, at most 40 characters (DESIGN §3). */
  readonly name: string;
  readonly uid: string;
  /** For compare-and-set; opaque. */
  readonly resourceVersion: string;
  /** Raised with every change of the spec. */
  readonly generation: number;
  readonly spec: AppSpec;
  /** The last Release that was given a number, whole: the release counter (DESIGN §6). */
  readonly lastRelease?: Release;
  readonly status: AppStatus;
  /** Being deleted: only the finalizer of createService is still to run. */
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  readonly createdAt: Date;
}

/** Keeps a deleted App until what was made for it is gone. */
export const FINALIZER = 'cite.dev/cleanup';

/** Names an App in every event, record and log line. */
export interface AppRef {
  readonly namespace: string;
  readonly name: string;
}

/** One reason to believe, or not, that an App is as it should be; the words are Kubernetes'. */
export interface Condition {
  readonly type: 'SourceConnected' | 'ServiceReady' | 'RouteReady' | 'Accepted';
  readonly status: 'True' | 'False' | 'Unknown';
  /** CamelCase, one word: `ForeignService`. */
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  /** When anything of it was last written, and of which `generation` of the App it speaks. */
  readonly lastUpdateTime?: string;
  readonly observedGeneration?: number;
}

/**
 * What `kubectl get apps` prints. Never read to decide: it does not survive a restore. createService writes url,
 * conditions and the state that follows from these, probeStandby `rollback`, switchSelector the rest: each only where it
 * differs, for the write wakes createService. No compare-and-set, or the three would fail each other: each looks again
 * after its write, or in its next round, and resync finds what is left.
 */
export interface AppStatus {
  readonly live?: string;
  readonly standby?: string;
  /** Whether that one would take over, as probeStandby last saw: `r1 ready`, `r1 broken`, `none`. */
  readonly rollback?: string;
  readonly commit?: string;
  readonly state?: string;
  readonly url?: string;
  readonly conditions: readonly Condition[];
}
