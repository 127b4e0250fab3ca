/**
 * GitHub, in the words that the platform uses of it. Unreachable, 5xx and rate limits throw RetryableError, in words
 * that are the same at every try; a token that has run out, or lacks the right, HostDeniedError; a repository that is not
 * there InvalidError with the remedy.
 */
export interface CodeHost {
  /** Undefined: there is no such branch, or repository. */
  branchHead(repository: string, branch: string): Promise<Commit | undefined>;
  /** Default branch; undefined: there is no such repository, or it may not be seen. */
  defaultBranch(repository: string): Promise<string | undefined>;
  /** Names of its branches, of many the first `limit` (at most 100: one page of GitHub's). Empty where there is no such repository. */
  branches(repository: string, limit: number): Promise<readonly string[]>;
  /** How `head` stands to `base`: ahead means that base is an ancestor of head. unknown: one of them is not there. */
  compare(repository: string, base: string, head: string): Promise<Ancestry>;
  /** Whether a file or folder is there at that commit. */
  pathExists(repository: string, commit: string, path: string): Promise<boolean>;
  /** Where a build clones from, and the credential for its clone step. */
  cloneSource(repository: string): Promise<{ readonly url: string; readonly credential?: string }>;

  /** The newest status of every context on a commit. */
  statuses(repository: string, commit: string): Promise<readonly ToldStatus[]>;
  setStatus(repository: string, commit: string, status: CommitStatus): Promise<void>;
  /** Finds the GitHub Deployment by its task, or makes it, and gives it the state: one per Release (invariant 5). */
  reportDeployment(report: DeploymentReport): Promise<void>;

  /** Makes the webhook, or brings it in line: one per repository and address. Gives what was not as it should be. */
  ensureWebhook(repository: string, hook: WebhookSettings): Promise<readonly WebhookFault[]>;
  removeWebhook(repository: string, url: string): Promise<void>;
  /**
   * What was sent to the webhook of this address and began after `since`: the newest, some hundreds at most. GitHub keeps
   * it for 3 days. Empty where there is no such webhook.
   */
  listHookDeliveries(repository: string, url: string, since: Date): Promise<readonly HookDelivery[]>;
  /** Has it sent again: the same GUID and payload, signed with the secret of now. */
  redeliver(repository: string, delivery: Pick<HookDelivery, 'id' | 'attempt'>): Promise<void>;
  /** How many requests the platform's token still has; undefined: this host sets no limit. The question is not counted. */
  rateLimit(): Promise<RateLimit | undefined>;
  ensureCollaborator(repository: string, user: string): Promise<void>;
  removeCollaborator(repository: string, user: string): Promise<void>;
}

export interface Commit {
  readonly sha: string;
  readonly message: string;
  readonly author: string;
}

export type Ancestry = 'identical' | 'ahead' | 'behind' | 'diverged' | 'unknown';

export interface CommitStatus {
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  /** At most 140 characters, GitHub's own bound; the adapter cuts. */
  readonly description: string;
  readonly targetUrl?: string;
}

/** A status as the code host has it. */
export interface ToldStatus extends CommitStatus {
  readonly at: Date;
}

export interface DeploymentReport {
  readonly repository: string;
  readonly commit: string;
  /** `<namespace>/<app>/rN`. */
  readonly task: string;
  readonly environment: string;
  readonly state: 'in_progress' | 'success' | 'failure' | 'inactive';
  readonly description: string;
  readonly logUrl?: string;
  readonly environmentUrl?: string;
}

export interface WebhookSettings {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
}

/** What somebody changed of a webhook by hand. A secret that was replaced cannot be seen: it is written in any case. */
export type WebhookFault =
  | 'not there'
  | 'inactive'
  | 'other events'
  | 'another content type'
  | 'no secret'
  | 'TLS not verified'
  | 'more than one';

/** One event that the code host told a webhook of, in one attempt or several. */
export interface HookDelivery {
  /** Hook id and GUID, as the platform stores it. */
  readonly id: string;
  readonly event: string;
  /** The last attempt: by this it is asked for again. */
  readonly attempt: string;
  /** Whether any attempt was answered well. */
  readonly delivered: boolean;
  /** HTTP status that answered the last attempt; 0: none did. */
  readonly answer: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Requests that the code host answers to one token, as it counts them. */
export interface RateLimit {
  /** Of one hour. */
  readonly limit: number;
  readonly remaining: number;
  /** When all of them are to be had again. */
  readonly resetAt: Date;
}
