import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { countArgument, listArgument, pairArgument } from './arguments.ts';
import { Failure } from './failure.ts';

/** Settings of an App as options give them. */
export interface Settings {
  readonly branch?: string;
  readonly port?: number;
  readonly replicas?: number;
  readonly env?: Record<string, string>;
  readonly secret?: string;
  readonly builder?: string;
  readonly context?: string;
  readonly buildCommand?: string;
  readonly output?: string;
  readonly check?: string[];
  readonly image?: string;
  readonly ready?: string;
  readonly expose?: string;
  readonly domain?: string[];
  readonly spec?: string;
}

/** The options of a command that makes an App, or changes one: there what is not given stays, and has no default. */
export function withSettings(command: Command, use: 'create' | 'change'): Command {
  const unset = (text: string) => (use === 'create' ? ` (default: ${text})` : '');
  return command
    .option('--branch <branch>', `branch that is followed${unset('the default branch')}`)
    .option('--port <port>', `port that the app listens on${unset('8080')}`, countArgument)
    .option('--replicas <pods>', `pods per release${unset('1')}`, countArgument)
    .option('--env <KEY=VALUE>', 'environment of the pods; may be given again', pairArgument)
    .option('--secret <name>', 'Secret of the namespace whose keys become environment')
    .option('--builder <builder>', `auto, node, static or dockerfile${unset('auto')}`)
    .option('--context <folder>', `folder of the repository that is built${unset('the whole')}`)
    .option('--build-command <command>', 'replaces the build script of package.json')
    .option('--output <folder>', 'folder that a static site is served from')
    .option('--check <context>', 'commit status that must be green; may be given again', listArgument)
    .option('--image <template>', 'image of an external CI: registry/team/app:{sha}')
    .option('--ready <path>', `a pod is ready when GET of this path answers well${unset('TCP')}`)
    .option('--expose <to>', `who reaches it: public, cluster or load-balancer${unset('public')}`)
    .option('--domain <host>', 'host name of your own that leads to it; may be given again', listArgument)
    .option('--spec <file>', 'JSON with any other settings, as /openapi.json describes them');
}

/** The settings that were given, as the API names them; undefined ones do not get into JSON. */
export async function specOf(given: Settings): Promise<Record<string, unknown>> {
  const { branch, port, replicas, env, secret, builder, context, buildCommand, output, check, image, ready } =
    given;
  const { expose, domain } = given;
  const build = { builder, context, command: buildCommand, output };
  const isBuild = Object.values(build).some((value) => value !== undefined);
  return {
    ...(given.spec === undefined ? {} : await readSpec(given.spec)),
    ...defined({ branch, port, replicas, env, secret, image, checks: check, expose, domains: domain }),
    ...(isBuild ? { build } : {}),
    ...(ready === undefined ? {} : { readiness: { http: { path: ready } } }),
  };
}

const defined = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

async function readSpec(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Failure(`${file} cannot be used: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
