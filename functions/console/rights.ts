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
  const { person, scope } = grant;
  const now = () => clock().toISOString();
  const isYounger = (at: string | undefined, most: number) =>
    at !== undefined && clock().getTime() - Date.parse(at) < most;
  const orEndGrant = async <T>(answer: T | undefined): Promise<T> => {
    if (answer !== undefined) return answer;
    await store.endGrant(grant.id);
    throw refusal(401, NO_MORE);
  };

  let known = await current();

  /** Who they are, and whether administrators. A name may change hands on GitHub, the person stays. */
  async function current(): Promise<KnownRights> {
    const before = await store.getRights(grant.id);
    if (before && isYounger(before.at, FRESH_MS)) return before;
    try {
      const found = await orEndGrant(await signIn.person(token));
      await orEndGrant(found.id === person && found.login === grant.login ? found : undefined);
      const isAdmin = await isOneOf(config.ADMINS ?? []);
      return await remember({ grant: grant.id, isAdmin, at: now(), repositories: {} });
    } catch (err) {
      if (before && isYounger(before.at, STALE_MS) && err instanceof RetryableError) return before;
      throw err;
    }
  }

  async function isOneOf(admins: readonly string[]): Promise<boolean> {
    const people = admins.filter((one) => !one.includes('/'));
    if (people.some((one) => one.toLowerCase() === grant.login.toLowerCase())) return true;
    for (const team of admins.filter((one) => one.includes('/')))
      if (await orEndGrant(await signIn.isMember(token, grant.login, team))) return true;
    return false;
  }

  /** Beside what another request of theirs has found out meanwhile. */
  async function remember(found: KnownRights): Promise<KnownRights> {
    const before = (await store.getRights(grant.id))?.repositories ?? {};
    const all = Object.entries(newest(before, found.repositories)).filter(([, { at }]) =>
      isYounger(at, STALE_MS),
    );
    const rights = { ...found, repositories: Object.fromEntries(all) };
    await store.saveRights(rights);
    return rights;
  }

  /** Asks GitHub of those that are not known, or not any more. */
  async function learn(repositories: readonly string[]): Promise<void> {
    const wanted = [...new Set(repositories.map((one) => one.toLowerCase()))];
    const asked = wanted.filter((one) => !isYounger(known.repositories[one]?.at, FRESH_MS));
    if (asked.length === 0) return;
    let told: ReadonlyMap<string, Right>;
    try {
      told = await orEndGrant(await signIn.rightsIn(token, asked));
    } catch (err) {
      const areKnown = asked.every((one) => isYounger(known.repositories[one]?.at, STALE_MS));
      if (areKnown && err instanceof RetryableError) return;
      throw err;
    }
    const at = now();
    const found = asked.map((one): [string, KnownRight] => [one, { right: told.get(one) ?? null, at }]);
    known = await remember({ ...known, repositories: Object.fromEntries(found) });
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

const NO_MORE =
  'GitHub no longer says that this is you: you took it back there, or have another name. Sign in again; a token has to be made anew.';

type Repositories = KnownRights['repositories'];

const newest = (some: Repositories, others: Repositories): Repositories => ({
  ...some,
  ...Object.fromEntries(Object.entries(others).filter(([name, { at }]) => at >= (some[name]?.at ?? ''))),
});
