import { z } from '@hono/zod-openapi';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { branchName, repositoryName } from '../../../../shared/domain/app-spec.ts';
import { titleOf } from '../../../../shared/domain/change.ts';
import { addressOf } from '../../app-of.ts';
import { audited } from '../../audit.ts';
import { requireMayRegister } from '../../may-register.ts';
import type { Needs } from '../../needs.ts';
import { type Planned, plan, register } from '../../registration.ts';
import { repositoriesOf } from '../../repositories-of.ts';
import { appName, namespaceName } from '../../schemas.ts';
import { appPath } from '../addresses.ts';
import { answerPage } from '../answer-page.tsx';
import { Commit } from '../commit.tsx';
import type { Page } from '../page.ts';
import type { PageEnv } from '../page-env.ts';
import { parsed } from '../parsed.ts';
import { readForm } from './form.ts';

/** A field that is left empty is not given. */
const optional = <S extends z.ZodType>(schema: S) =>
  z.preprocess((text) => (text === '' ? undefined : text), schema.optional());
const line = z.string().trim();

const wanted = z.object({
  repository: line.pipe(repositoryName),
  branch: optional(line.pipe(branchName)),
  namespace: optional(line.pipe(namespaceName)),
  name: optional(line.pipe(appName)),
});

type Given = Readonly<Partial<Record<keyof z.output<typeof wanted>, string | undefined>>>;

const FIELDS = [
  ['repository', 'Repository', 'owner/name'],
  ['branch', 'Branch', "the repository's default branch"],
  ['namespace', 'Namespace', 'the owner of the repository'],
  ['name', 'Name', 'proposed from repository and branch'],
] as const;

/** To register an App: first what it will be, then the making of it. */
export const registerRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/register', (c) => {
      const given: Given = Object.fromEntries(FIELDS.map(([field]) => [field, c.req.query(field)]));
      return answerPage(c, () => proposal(ports, c, given), given);
    })
    .post('/register', async (c) => {
      const wish = await readForm(c, wanted);
      const { app } = await audited(
        ports,
        c,
        { action: 'app created', by: c.get('person'), details: { repository: wish.repository } },
        () => register(ports, c.get('rights'), { ...wish, settings: {} }),
        ({ app }) => ({ app }),
      );
      return c.redirect(appPath(app), 303);
    });

/** What browsers propose while one types. */
const LISTS: Given = { repository: 'repositories', branch: 'branches' };

async function proposal(ports: Needs, c: Context<PageEnv>, given: Given): Promise<Page> {
  const repositories = await repositoriesOf(ports, c);
  const found = given.repository ? await tryPlan(ports, c, given) : undefined;
  const planned = found && 'ref' in found ? found : undefined;
  const branches = given.repository ? await branchesOf(ports, c, given) : [];
  const isNew = planned !== undefined && (await isNewNamespace(ports, planned));
  return {
    title: 'Register an App',
    isFinal: true,
    main: (
      <>
        <h1>Register an App</h1>
        <form method="get" class="wish">
          {FIELDS.map(([field, words, placeholder]) => (
            <label class="field">
              <span>{words}</span>
              <input
                name={field}
                value={given[field] ?? ''}
                placeholder={planned ? proposed(planned)[field] : placeholder}
                required={field === 'repository'}
                list={LISTS[field]}
                autocomplete="off"
                spellcheck={false}
              />
            </label>
          ))}
          {repositories.length > 0 ? (
            <datalist id="repositories">
              {repositories.map((repository) => (
                <option value={repository} />
              ))}
            </datalist>
          ) : null}
          <Branches names={branches} />
          <p class="buttons">
            <button type="submit" class={planned ? undefined : 'does'}>
              Show what it will be
            </button>
          </p>
        </form>
        {planned ? <Proposed planned={planned} isNew={isNew} /> : null}
        {found && 'fault' in found ? (
          <p class="notice wrong" role="alert">
            {found.fault}
          </p>
        ) : null}
      </>
    ),
  };
}

/** One page of GitHub's: who has more of them knows the name. */
const MOST_BRANCHES = 100;

/** Those that an App may follow, also where another one was named. Of GitHub it is asked for who may make an App alone. */
async function branchesOf(ports: Needs, c: Context<PageEnv>, given: Given): Promise<readonly string[]> {
  const wish = wanted.pick({ repository: true, namespace: true }).safeParse(given);
  if (!wish.success) return [];
  try {
    await requireMayRegister(ports, c.get('rights'), wish.data);
  } catch (err) {
    if (err instanceof HTTPException) return [];
    throw err;
  }
  const names = await ports.codeHost.branches(wish.data.repository, MOST_BRANCHES);
  return names.filter((name) => branchName.safeParse(name).success);
}

const isNewNamespace = async ({ cluster }: Needs, { ref }: Planned) =>
  (await cluster.namespaceOwners(ref.namespace)) === undefined;

/** What a field that is left empty comes to. */
const proposed = ({ ref, spec, defaultBranch }: Planned): Given => ({
  repository: spec.repository,
  branch: `${defaultBranch}, its default branch`,
  namespace: ref.namespace,
  name: ref.name,
});

/** Browsers propose them while one types; without scripts, too. */
const Branches = ({ names }: { names: readonly string[] }) =>
  names.length === 0 ? null : (
    <>
      <datalist id="branches">
        {names.map((name) => (
          <option value={name} />
        ))}
      </datalist>
      <p class="quiet">
        {names.length < MOST_BRANCHES
          ? `${names.length} ${names.length === 1 ? 'branch is' : 'branches are'} there to choose from.`
          : `${MOST_BRANCHES} of its branches are proposed: any other can be typed.`}
      </p>
    </>
  );

/** What is wrong with a wish is no error of this page: it stands beside the fields, which keep what was typed. */
async function tryPlan(
  ports: Needs,
  c: Context<PageEnv>,
  given: Given,
): Promise<Planned | { readonly fault: string }> {
  try {
    const wish = parsed(wanted, given);
    return await plan(ports, c.get('rights'), { ...wish, settings: {} });
  } catch (err) {
    if (err instanceof HTTPException && err.status < 500) return { fault: err.message };
    throw err;
  }
}

interface ProposedProps {
  readonly planned: Planned;
  /** Its Namespace is not there yet. */
  readonly isNew: boolean;
}

const Proposed = ({ planned: { ref, spec, head, defaultBranch }, isNew }: ProposedProps) => (
  <form method="post" class="wish">
    <h2>{addressOf(ref)}</h2>
    <ul>
      <li>
        {`Every push to ${spec.branch}${spec.branch === defaultBranch ? ', the default branch,' : ''} of ${spec.repository} is built, started, proven and made live.`}
      </li>
      <li>
        {'Its head is the first: '}
        <Commit sha={head.sha} title={titleOf(head.message)} />
      </li>
      <li>{`Its name is ${ref.name}: that of its Service, and the first part of its releases' names.`}</li>
      <li>
        {`Made for it: ${isNew ? `the Namespace ${ref.namespace}, ` : ''}a Service ${ref.name} in the Namespace ${ref.namespace}, and a webhook on the repository.`}
      </li>
    </ul>
    <input type="hidden" name="repository" value={spec.repository} />
    <input type="hidden" name="branch" value={spec.branch} />
    <input type="hidden" name="namespace" value={ref.namespace} />
    <input type="hidden" name="name" value={ref.name} />
    <p class="buttons">
      <button type="submit" class="does">{`Register ${ref.name}`}</button>
      <a href="/">Leave it as it is</a>
    </p>
  </form>
);
