import type { App, AppRef } from '../../shared/domain/app.ts';
import { type AppSpec, appSpec } from '../../shared/domain/app-spec.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import {
  alternativeName,
  isReservedNamespace,
  namespaceOf,
  ownerOf,
  proposeName,
} from '../../shared/domain/naming.ts';
import type { Commit } from '../../shared/ports/code-host.ts';
import { addressOf } from './app-of.ts';
import { echo } from './echo.ts';
import { fieldFaults } from './field-faults.ts';
import { requireMayRegister } from './may-register.ts';
import { requireMayUseSecret, secretsOf } from './may-use-secret.ts';
import type { Needs } from './needs.ts';
import { invalid, problems, refusal } from './problem.ts';
import { requireSecret } from './require-secret.ts';
import type { Rights } from './rights.ts';
import { namespaceName } from './schemas.ts';
import { checkSource } from './source.ts';

export interface Registration {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly repository: string;
  readonly branch?: string | undefined;
  /** The rest of the spec, still as it was given. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Registered {
  readonly app: App;
  /** Commit at the head of its branch: the first that is deployed. */
  readonly head: string;
}

/** What a registration comes to, before anything of it is made. */
export interface Planned {
  readonly ref: AppRef;
  readonly spec: AppSpec;
  readonly head: Commit;
  readonly defaultBranch: string;
}

/** Which App a wish would make, or what to do instead. Makes nothing. */
export async function plan(ports: Needs, rights: Rights, wish: Registration): Promise<Planned> {
  const { repository } = wish;
  const namespace = chooseNamespace(ports, wish);
  // First: what else is wrong tells of what is there.
  await requireMayRegister(ports, rights, { repository, namespace });
  const defaultBranch = await ports.codeHost.defaultBranch(repository);
  if (defaultBranch === undefined) {
    throw invalid(
      'repository',
      `${repository} is not on the code host, or the platform may not see it`,
      'Check its spelling, and that the token of the platform may read it.',
    );
  }
  const branch = wish.branch ?? defaultBranch;
  const spec = parseSpec({ ...wish.settings, repository, branch });
  const head = await checkSource(ports, spec);
  for (const secret of secretsOf(spec)) await requireMayUseSecret(ports, rights, namespace, secret);
  await requireSecret(ports.cluster, namespace, spec);
  const ref = { namespace, name: await chooseName(ports, rights, namespace, spec, defaultBranch, wish.name) };
  if (await ports.cluster.foreignService(ref)) {
    throw invalid(
      'name',
      `belongs to a Service ${addressOf(ref)} that Cite did not make`,
      'Give another name, or remove that Service.',
      409,
    );
  }
  return { ref, spec, head, defaultBranch };
}

/** Makes the App that was asked for, its Namespace too, or says what to do instead. */
export async function register(ports: Needs, rights: Rights, wish: Registration): Promise<Registered> {
  const { ref, spec, head, defaultBranch } = await plan(ports, rights, wish);
  await claimNamespace(ports, ref.namespace, ownerOf(spec.repository));
  return { app: await create(ports, rights, ref, spec, defaultBranch), head: head.sha };
}

export function parseSpec(given: unknown): AppSpec {
  const parsed = appSpec.safeParse(given);
  if (!parsed.success) throw problems(fieldFaults(parsed.error));
  return parsed.data;
}

function chooseNamespace({ config }: Needs, { namespace, repository }: Registration): string {
  const chosen = namespace ?? namespaceOf(ownerOf(repository));
  const fits = namespaceName.safeParse(chosen).success;
  if (fits && !isReservedNamespace(chosen, config.PLATFORM_NAMESPACE)) return chosen;
  const problem = `${echo(chosen)} ${fits ? 'is reserved' : 'cannot be a Namespace'}`;
  throw invalid('namespace', problem, 'Give another one; by default it is the owner of the repository.');
}

/** The name that was given or is proposed, where it is free; else who has it, and which one would be free. */
async function chooseName(
  { cluster }: Needs,
  rights: Rights,
  namespace: string,
  spec: AppSpec,
  defaultBranch: string,
  given: string | undefined,
): Promise<string> {
  const proposals = [
    proposeName(spec.repository, spec.branch, defaultBranch),
    alternativeName(spec.repository, spec.branch),
  ];
  const candidates = given === undefined ? proposals : [given, ...proposals];
  const holders: (App | undefined)[] = [];
  for (const name of candidates) holders.push(await cluster.getApp({ namespace, name }));
  const free = candidates.find((_, i) => !holders[i]);
  const [holder] = holders;
  if (!holder) return candidates[0] as string;
  const own = holders.find((app) => app && isSource(app, spec));
  if (given === undefined && !own && free !== undefined) return free;
  const named = own && given === undefined ? own : holder;
  const [seen] = await rights.among([named], (app) => app.spec.repository);
  throw seen ? taken(seen, spec, free) : takenUnseen(free);
}

const isSource = (app: App, { repository, branch }: AppSpec) =>
  app.spec.repository.toLowerCase() === repository.toLowerCase() && app.spec.branch === branch;

const orFree = (free: string | undefined) =>
  free === undefined ? 'Give another name.' : `Give another name: ${free} is free.`;

/** Of which repository the App is that has the name, is nothing for who may not see it. */
const takenUnseen = (free: string | undefined) => invalid('name', 'is taken', orFree(free), 409);

function taken(holder: App, spec: AppSpec, free: string | undefined) {
  const source = `${holder.spec.repository}, branch ${holder.spec.branch}`;
  const remedy = orFree(free);
  return isSource(holder, spec)
    ? invalid(
        'name',
        `${holder.name} is this very source already (${source})`,
        `To register it twice: ${remedy}`,
        409,
      )
    : invalid('name', `${holder.name} is taken by ${source}`, remedy, 409);
}

/** Makes the owner's Namespace where it is not there; one that is there may deploy what its owners allow (DESIGN §3). */
async function claimNamespace({ cluster }: Needs, namespace: string, owner: string): Promise<void> {
  await cluster.createNamespace(namespace, owner);
  const owners = (await cluster.namespaceOwners(namespace)) ?? [];
  if (owners.some((one) => one.toLowerCase() === owner.toLowerCase())) return;
  const detail = `The Namespace ${namespace} may not deploy repositories of ${owner}. Use another Namespace, or let an administrator add ${owner} to its annotation cite.dev/owners.`;
  throw refusal(403, detail);
}

async function create(
  ports: Needs,
  rights: Rights,
  ref: AppRef,
  spec: AppSpec,
  defaultBranch: string,
): Promise<App> {
  try {
    return await ports.cluster.createApp(ref, spec);
  } catch (err) {
    // Somebody was faster: the same words as if they had been there before.
    if (err instanceof InvalidError)
      await chooseName(ports, rights, ref.namespace, spec, defaultBranch, ref.name);
    throw err;
  }
}
