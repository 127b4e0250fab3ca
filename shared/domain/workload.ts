import type { AppRef } from './app.ts';
import type { Check } from './app-spec.ts';
import { kept } from './kept.ts';
import type { PodSettings, Release } from './release.ts';

/** What runs a Release: on a cluster one Deployment with its ConfigMap and Secret (DESIGN §2). */
export interface Workload {
  readonly app: AppRef;
  readonly release: Release;
  /** For compare-and-set; opaque. */
  readonly resourceVersion: string;
  readonly createdAt: Date;
  /** Pods wanted; 0 is retired but kept. */
  readonly replicas: number;
  /** Pods that have been ready for minReadySeconds, as the cluster saw them for this very specification. */
  readonly available: number;
  readonly progress: 'progressing' | 'complete' | 'deadline exceeded';
  /** How its own pods are asked: that of the App's spec may be another one by now. */
  readonly readiness: Readiness;
  /** Why the cluster cannot make its pods (quota, admission), in the cluster's words. */
  readonly blocked?: string;
  /** Since when it may take over but is not live. Absent: live, on its way, or claimed (invariant 2). */
  readonly standbySince?: Date;
  /** How its Release ended up: absent while it is on its way. Kept here because etcd outlives the store. */
  readonly outcome?: WorkloadOutcome;
  /** Who asked that the sweep leave it alone. */
  readonly pinnedBy?: string;
}

/** What of a Release's readiness a request from outside its pods can ask. */
export type Readiness = Pick<Check, 'http' | 'timeoutSeconds'>;

/** Where a request is sent: host and port are dialled, authority is its Host header. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly authority: string;
}

export type WorkloadOutcome = 'deployed' | 'failed' | 'superseded' | 'cancelled';

export interface NewWorkload {
  readonly app: AppRef & { readonly uid: string };
  readonly release: Release;
  readonly replicas: number;
  readonly pod: PodSettings;
  /** Copied into the Workload's own Secret: a later change of the App's Secret does not reach it. */
  readonly secret: Readonly<Record<string, string>>;
}

/** One pod, and why it is not well, worded as Kubernetes words it. */
export interface Pod {
  readonly name: string;
  readonly app: AppRef;
  readonly release: number;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly ready: boolean;
  readonly restarts: number;
  /** Where its app listens; absent: it has no address yet. */
  readonly address?: Address;
  /** CrashLoopBackOff, ImagePullBackOff, Unschedulable, Error, OOMKilled, …; absent when there is nothing to say. */
  readonly reason?: string;
  readonly message?: string;
}

/** What the cluster says went wrong with an object of an App. It forgets it, on Kubernetes after an hour. */
export interface Warning {
  /** Kind and name: `Pod shop-r3-5d8f-x2x7z`. */
  readonly object: string;
  /** Absent: it is about the App as a whole. */
  readonly release?: number;
  /** FailedScheduling, Unhealthy, BackOff, … */
  readonly reason: string;
  readonly message: string;
  /** How often it was told, and when last. */
  readonly count: number;
  readonly at: Date;
}

/** The App's Service: its selector is the switch. */
export interface Service {
  readonly app: AppRef;
  readonly resourceVersion: string;
  /** The Release that it selects; absent: it was born selecting nothing. */
  readonly live?: number;
  /** Raised by every switch, hold and lift: a stale switch fails its test. Begins with `firstEpoch`. */
  readonly epoch: number;
  /** The Release that was live before, and when it was replaced: where a failed proof switches back to. */
  readonly previous?: number;
  readonly switchedAt?: Date;
  /** Where a new request through the Service is sent. */
  readonly address: Address;
  /** Releases of the ready endpoints behind it, each as often as it has one: the proof reads them. */
  readonly endpoints: readonly number[];
}

/** Of a Service that is made at that time: one of the name that was there before never had it, nor what follows it. */
export const firstEpoch = (now: Date): number => now.getTime();

/** Of what is live: selected before anybody knew how it ended; or just when it was overtaken, or a person went to what had been. */
export const isUnproven = ({ outcome }: Pick<Workload, 'outcome'>) =>
  outcome !== 'deployed' && outcome !== 'failed';

/** Invariant 1: at least one wanted pod, and all of them ready for minReadySeconds. */
export const isReady = (workload: Pick<Workload, 'replicas' | 'available'>) =>
  workload.replicas > 0 && workload.available >= workload.replicas;

/** Of what is not live: still running, and able to take over. */
export const isStandby = ({ outcome, replicas }: Pick<Workload, 'outcome' | 'replicas'>) =>
  outcome === 'deployed' && replicas > 0;

/** Whether the store should still know the Change of a Release that has ended. */
export const isRemembered = ({ release, outcome }: Pick<Workload, 'release' | 'outcome'>, now: Date) =>
  outcome !== undefined && now.getTime() - Date.parse(release.createdAt) < kept.change;
