import type { App, AppStatus } from '../../../../shared/domain/app.ts';
import type { PodSettings, Release } from '../../../../shared/domain/release.ts';
import type { Pod, Workload, WorkloadOutcome } from '../../../../shared/domain/workload.ts';
import type { NewBuildJob } from '../../../../shared/ports/cluster.ts';

/**
 * What is kept of each kind, as JSON. The kinds are named as the objects that would change on Kubernetes, because the
 * changes become events of those names: a Workload is a Deployment, a build a Job, the addresses behind a Service an
 * EndpointSlice.
 */
export interface Bodies {
  Namespace: { readonly owners: readonly string[] };
  App: {
    /** Raised with every change of the spec. */
    readonly generation: number;
    readonly spec: App['spec'];
    readonly lastRelease?: Release;
    readonly status: AppStatus;
    readonly deleting: boolean;
    readonly finalizers: readonly string[];
  };
  Service: {
    readonly port: number;
    readonly live?: number;
    readonly epoch: number;
    readonly previous?: number;
    readonly switchedAt?: string;
  };
  EndpointSlice: { readonly endpoints: readonly Endpoint[] };
  Deployment: {
    readonly app: { readonly namespace: string; readonly name: string; readonly uid: string };
    readonly release: Release;
    readonly pod: PodSettings;
    readonly replicas: number;
    /** Raised with every change of what is wanted: a status that observed an older one says nothing. */
    readonly generation: number;
    readonly standbySince?: string;
    readonly outcome?: WorkloadOutcome;
    readonly pinnedBy?: string;
    readonly status?: WorkloadStatus;
  };
  Secret: { readonly content: Readonly<Record<string, string>> };
  Pod: PodStatus & {
    readonly app: { readonly namespace: string; readonly name: string };
    readonly release: number;
    /** Of the process now running in it: enough to find and end it after a kill -9, and nothing else by mistake. */
    readonly process?: ProcessId;
  };
  Job: Omit<NewBuildJob, 'credential'> & {
    /** Where its files are: of its own, so that a build of the same key that was deleted may still be on its way out. */
    readonly folder: string;
    readonly phase: 'running' | 'succeeded' | 'failed';
    readonly image?: string;
    readonly reason?: string;
    readonly process?: ProcessId;
  };
}

export type Kind = keyof Bodies;

export interface Endpoint {
  readonly release: number;
  readonly host: string;
  readonly port: number;
}

export interface ProcessId {
  readonly pid: number;
  /** As the system tells it: a later process of the same pid has another one. */
  readonly startTime: string;
}

export type PodStatus = Pick<Pod, 'phase' | 'ready' | 'restarts' | 'address' | 'reason' | 'message'>;

export interface WorkloadStatus {
  /** Generation that it is about. */
  readonly observed: number;
  readonly pods: number;
  readonly ready: number;
  readonly available: number;
  readonly progress: Workload['progress'];
  /** When something last got better: the progress deadline counts from here. */
  readonly progressAt: string;
}
