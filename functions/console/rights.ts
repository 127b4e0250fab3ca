import { RetryableError } from '../../shared/domain/errors.ts';
import type { Grant, KnownRight, KnownRights } from '../../shared/domain/grant.ts';
import { includes, lesser, type Right } from '../../shared/domain/right.ts';
import type { SignIn } from '../../shared/ports/sign-in.ts';
import type { Needs } from './needs.ts';
import { refusal } from './problem.ts';

/** What whoever asks may do. */
export interface Rights {
  /** What is of the whole platform, too. */
  readonly isAdmin: boolean;
  /** Undefined: it is as if the repository's Apps were not there. */
  on(repository: string): Promise<Right | undefined>;
  /** Those of a list that they may look at, in its order. */
  among<T>(items: readonly T[], repositoryOf: (item: T) => string): Promise<readonly T[]>;
}

/** Of whoever has the platform's own token, or is on its one machine. */
export const everything: Rights = {
  isAdmin: true,
  on: async () => 'admin',
  among: async (items) => items,
};

/** How long it counts what GitHub said of a person: so long somebody whose access was taken away may still have it. */
const FRESH_MS = 5 * 60_000;
/** As long it counts while GitHub cannot be asked: who has to go back at night does not depend on it. */
const STALE_MS = 60 * 60_000;

type Sources = Pick<Needs, 'store' | 'clock'> & { readonly config: Pick<Needs['config'], 'ADMINS'> };

/** The rights of who has signed in: those that GitHub gives them, and no more than their grant's scope. */
export async function rightsOf(
  { store, clock, config }: Sources,
  signIn: SignIn,
  grant: Grant,
  token: string,
): Promise<Rights> {
  const { login, scope } = grant;
  const isAge = (at: string, most: number) => clock().getTime() - Date.parse(at) < most;
  const taken = async <T>(answer: T | undefined): Promise<T> => {
    if (answer !== undefined) return answer;
    await store.endGrant(grant.id);
    throw refusal(
      401,
      'GitHub takes back that you signed in here. Sign in again; a token has to be made anew.',
    );
  };

  let known = await whether();

  /** Whether they are an administrator; what is known of repositories goes with it. */
  async function whether(): Promise<KnownRights> {
    const before = await store.getRights(login);
    if (before && isAge(before.at, FRESH_MS)) return before;
    const isAdmin = await isOneOf(config.ADMINS ?? []).catch((err: unknown) => {
      if (before && err instanceof RetryableError) return before.isAdmin;
      throw err;
    });
    const repositories = Object.entries(before?.repositories ?? {}).filter(([, { at }]) =>
      isAge(at, STALE_MS),
    );
    const found = {
      login,
      isAdmin,
      at: clock().toISOString(),
      repositories: Object.fromEntries(repositories),
    };
    await store.saveRights(found);
    return found;
  }

  async function isOneOf(admins: readonly string[]): Promise<boolean> {
    const people = admins.filter((one) => !one.includes('/'));
    if (people.some((one) => one.toLowerCase() === login.toLowerCase())) return true;
    for (const team of admins.filter((one) => one.includes('/')))
      if (await taken(await signIn.isMember(token, login, team))) return true;
    return false;
  }

  async function learn(repositories: readonly string[]): Promise<void> {
    const wanted = [...new Set(repositories.map((one) => one.toLowerCase()))];
    const asked = wanted.filter((one) => !isAge(known.repositories[one]?.at ?? '', FRESH_MS));
    if (asked.length === 0) return;
    try {
      const told = await taken(await signIn.rightsIn(token, asked));
      const at = clock().toISOString();
      const found = asked.map((one): [string, KnownRight] => [one, { right: told.get(one) ?? null, at }]);
      known = { ...known, repositories: { ...known.repositories, ...Object.fromEntries(found) } };
    } catch (err) {
      const isKnown = asked.every((one) => isAge(known.repositories[one]?.at ?? '', STALE_MS));
      if (!isKnown || !(err instanceof RetryableError)) throw err;
      return;
    }
    await store.saveRights(known);
  }

  const rightOn = (repository: string): Right | undefined =>
    lesser(
      known.isAdmin ? 'admin' : (known.repositories[repository.toLowerCase()]?.right ?? undefined),
      scope,
    );

  return {
    isAdmin: known.isAdmin && scope === 'admin',
    async on(repository) {
      if (!known.isAdmin) await learn([repository]);
      return rightOn(repository);
    },
    async among(items, repositoryOf) {
      if (!known.isAdmin) await learn(items.map(repositoryOf));
      return items.filter((item) => includes(rightOn(repositoryOf(item)), 'read'));
    },
  };
}
