import type { App, AppRef, AppStatus } from '../domain/app.ts';
import type { AppSpec, BuildSettings, Hold } from '../domain/app-spec.ts';
import type { PodSettings, Release } from '../domain/release.ts';
import type { Route } from '../domain/route.ts';
import type { NewWorkload, Pod, Service, Warning, Workload, WorkloadOutcome } from '../domain/workload.ts';

/**
 * The cluster that Apps run on, in the product's words. Every write is a compare-and-set or does nothing when it is
 * already so. A lost compare-and-set throws ConflictError; an unreachable or overloaded cluster RetryableError; a
 * right or a quota that is missing DeniedError; input that the cluster refuses for good InvalidError. Reads of what is
 * not there give undefined, deletes of it succeed. It touches only what carries `app.kubernetes.io/managed-by: cite` (DESIGN §3).
 */
export interface Cluster extends Namespaces, Apps, Services, Routes, Workloads, BuildJobs {}

export interface Namespaces {
  /** Owners whose repositories the Namespace may deploy; undefined: there is no such Namespace. */
  namespaceOwners(namespace: string): Promise<readonly string[] | undefined>;
  /** Makes the Namespace for this owner where it is not there; never changes one that is. */
  createNamespace(namespace: string, owner: string): Promise<void>;
  /**
   * Gives the platform's functions their rights in a managed Namespace, and its pods what they pull images with.
   * InvalidError in any other, or one that is going, and where the operator's pull Secret is not there.
   */
  grantRights(namespace: string): Promise<void>;
}

export interface Apps {
  getApp(ref: AppRef): Promise<App | undefined>;
  /** Of every Namespace, or of one. */
  listApps(namespace?: string): Promise<readonly App[]>;
  /** InvalidError where the name is taken. */
  createApp(ref: AppRef, spec: AppSpec): Promise<App>;
  /** Compare-and-set on `app.resourceVersion`. null removes; what is not named stays. */
  updateApp(app: App, change: AppChange): Promise<App>;
  /** Replaces what is named of the status; last writer wins, nobody decides by it. */
  setAppStatus(ref: AppRef, status: Partial<AppStatus>): Promise<void>;
  /** What there is to know of an App that cannot be read, too; undefined: there is no such App. */
  appStatus(ref: AppRef): Promise<Pick<App, 'status' | 'deleting'> | undefined>;
  /** Removes the one of this name, also of an App that cannot be read; with the last one a deleted App goes. */
  removeFinalizer(ref: AppRef, name: string): Promise<void>;
  /** Shows the App's people what became of it, for as long as the cluster keeps events; one of an id once. */
  recordEvent(app: AppRef & { readonly uid: string }, event: AppEvent): Promise<void>;
  /** Of the App, its Workloads and their pods; newest first, at most 20. */
  listWarnings(app: AppRef): Promise<readonly Warning[]>;
  /**
   * Marks it as being deleted; it goes when its last finalizer does. With its uid only that very App: ConflictError
   * where another one has the name by now.
   */
  deleteApp(app: AppRef & { readonly uid?: string }): Promise<void>;
  /** Content of a Secret of the Namespace; undefined: not there, or what a release was given, which is its own. */
  readSecret(namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Makes or replaces a Secret that Cite made; InvalidError where somebody else's has the name. */
  writeSecret(namespace: string, name: string, content: Readonly<Record<string, string>>): Promise<void>;
}

export interface AppEvent {
  readonly id: string;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, one word: `Deployed`. */
  readonly reason: string;
  /** At most 1024 characters, Kubernetes' own bound; the adapter cuts. */
  readonly message: string;
  readonly at: Date;
}

export interface AppChange {
  /** The whole new spec, but for hold and redeploy, which stay as they are unless they are named. */
  readonly spec?: AppSpec;
  readonly hold?: Hold | null;
  readonly redeploy?: AppSpec['redeploy'] | null;
  /** The release counter: written in one compare-and-set with the App as read (DESIGN §6). */
  readonly lastRelease?: Release;
  readonly finalizers?: readonly string[];
}

export interface Services {
  /** Undefined where there is none, or one of the name that is not Cite's: `foreignService` tells. */
  getService(ref: AppRef): Promise<Service | undefined>;
  /** Cite's Services of all Apps in one listing, without their endpoints: the sweep reads thousands. */
  listServices(): Promise<readonly ServiceSelector[]>;
  /** Whether somebody else's Service has the App's name. */
  foreignService(ref: AppRef): Promise<boolean>;
  /** Makes the Service, selecting nothing, or brings port and type (`spec.expose`) in line; never moves its selector. */
  ensureService(app: App): Promise<void>;
  /**
   * One compare-and-set: selector and epoch must be as in `service`; then `to` is live and the epoch one higher, the
   * old one is kept as `previous` with the time.
   */
  switchService(service: Service, to: number, at: Date): Promise<Service>;
  /** Raises the epoch alone, by compare-and-set: a stale switch then fails. */
  raiseEpoch(service: Service): Promise<Service>;
  deleteService(ref: AppRef): Promise<void>;
}

export type ServiceSelector = Omit<Service, 'endpoints' | 'address'>;

/** How an App is reached from outside. */
export interface Routes {
  /** Names that the Namespace's Apps may have beside the platform's: `shop.example.com`, `*.example.com`, `*`. */
  namespaceDomains(namespace: string): Promise<readonly string[]>;
  /** Brings the App's routes in line with its hosts. What is somebody else's is left alone, and its Route says so. */
  ensureRoutes(app: App, hosts: readonly string[]): Promise<readonly Route[]>;
  /** Gives up the hosts of an App that is going, for others to take; its routes go with it. */
  releaseHosts(ref: AppRef): Promise<void>;
  /** The route by the load balancer of the App's Service, where that is of this type. */
  loadBalancer(ref: AppRef): Promise<Route>;
}

export interface Workloads {
  /** Of one App, or of all: then in one listing, however many there are. */
  listWorkloads(app?: AppRef): Promise<readonly Workload[]>;
  getWorkload(app: AppRef, release: number): Promise<Workload | undefined>;
  /** What each Workload's pods are made with, by the number of its Release; one that cannot be read is left out. */
  listPodSettings(app: AppRef): Promise<ReadonlyMap<number, PodSettings>>;
  /** ConfigMap, Secret and Deployment; does nothing where the Workload is already there. */
  createWorkload(workload: NewWorkload): Promise<void>;
  /** Compare-and-set on `workload.resourceVersion`. null removes; what is not named stays. */
  updateWorkload(workload: Workload, change: WorkloadChange): Promise<Workload>;
  /** Compare-and-set on `workload.resourceVersion`: a claim in between saves it. */
  deleteWorkload(workload: Workload): Promise<void>;
  listPods(app: AppRef, release?: number): Promise<readonly Pod[]>;
  /** What a pod printed. `follow` goes on until the pod or the signal ends; `tail` is a number of last lines. */
  podLog(pod: Pod, options: LogOptions): AsyncIterable<string>;
}

export interface WorkloadChange {
  readonly replicas?: number;
  readonly standbySince?: Date | null;
  readonly outcome?: WorkloadOutcome;
  readonly pinnedBy?: string | null;
}

export interface LogOptions {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly signal?: AbortSignal;
}

export interface BuildJobs {
  /** Starts the Job; does nothing where one of the key is there already. */
  startBuildJob(job: NewBuildJob): Promise<void>;
  getBuildJob(key: string): Promise<BuildJob | undefined>;
  listBuildJobs(): Promise<readonly BuildJob[]>;
  /**
   * Ends the Job's processes and forgets it; its result is no longer to be had. `startedAt`: the Job of that start alone, not
   * one of the key that was started anew since.
   */
  deleteBuildJob(key: string, startedAt?: Date): Promise<void>;
  buildJobLog(key: string, options: LogOptions): AsyncIterable<string>;
}

export interface NewBuildJob {
  readonly key: string;
  readonly repository: string;
  readonly commit: string;
  readonly cloneUrl: string;
  /** For the clone step alone; out of reach of the build (issue 3). */
  readonly credential?: string;
  readonly settings: BuildSettings;
  readonly timeoutSeconds: number;
}

export interface BuildJob {
  readonly key: string;
  readonly phase: 'running' | 'succeeded' | 'failed';
  /** Image with digest, once it succeeded. */
  readonly image?: string;
  /** Why it failed: `DeadlineExceeded`, or what the builder said. */
  readonly reason?: string;
  /** Why a running one is not under way: no node has room, an image cannot be pulled, a quota. */
  readonly waiting?: string;
  readonly startedAt: Date;
}
