import { z } from '@hono/zod-openapi';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { branchName, repositoryName } from '../../../../shared/domain/app-spec.ts';
import { titleOf } from '../../../../shared/domain/change.ts';
import { addressOf } from '../../app-of.ts';
import { audited } from '../../audit.ts';
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

async function proposal(ports: Needs, c: Context<PageEnv>, given: Given): Promise<Page> {
  const repositories = await repositoriesOf(ports, c);
  const found = given.repository ? await tryPlan(ports, c, given) : undefined;
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
                placeholder={placeholder}
                required={field === 'repository'}
                list={field === 'repository' ? 'repositories' : undefined}
                autocomplete="off"
                spellcheck={false}
              />
            </label>
          ))}
          <datalist id="repositories">
            {repositories.map((repository) => (
              <option value={repository} />
            ))}
          </datalist>
          <p class="buttons">
            <button type="submit" class={found && 'ref' in found ? undefined : 'does'}>
              Show what it will be
            </button>
          </p>
        </form>
        {found && 'ref' in found ? <Proposed planned={found} /> : null}
        {found && 'fault' in found ? (
          <p class="notice wrong" role="alert">
            {found.fault}
          </p>
        ) : null}
      </>
    ),
  };
}

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

const Proposed = ({ planned: { ref, spec, head } }: { planned: Planned }) => (
  <form method="post" class="wish">
    <h2>{addressOf(ref)}</h2>
    <ul>
      <li>{`Every push to ${spec.branch} of ${spec.repository} is built, started, proven and made live.`}</li>
      <li>
        {'Its head is the first: '}
        <Commit sha={head.sha} title={titleOf(head.message)} />
      </li>
      <li>{`A Service ${ref.name} in the Namespace ${ref.namespace}, a webhook on the repository.`}</li>
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
