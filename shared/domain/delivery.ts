/** One webhook of the code host: stored before it is answered, kept for some days after it is judged. */
export interface Delivery {
  /** Hook id and GUID: GitHub sends one GUID to every hook of a repository. */
  readonly id: string;
  /** `push`, `status`, … as in X-GitHub-Event. */
  readonly event: string;
  readonly repository: string;
  /** The commit that it is about, where it is about one: `why <sha>` finds it by this. */
  readonly commit?: string;
  /** What is read of it later, as JSON (`keptOfPush`); empty where nothing is. A body may have 25 MB, and Redis 192. */
  readonly body: string;
  readonly receivedAt: string;
  /** What became of it: "skipped: …", or the ids of its Changes. Absent: not judged yet. */
  readonly judgement?: Judgement;
}

export type Judgement = { readonly skipped: string } | { readonly changes: readonly string[] };
