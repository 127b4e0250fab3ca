import { z } from 'zod';
import { BuildFailure } from './failure.ts';

const versions = z.record(z.string(), z.unknown()).default({});

/** What of a package.json a build goes by. */
const packageJson = z.object({
  scripts: z.record(z.string(), z.string()).default({}),
  main: z.string().optional(),
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
});
export type PackageJson = z.output<typeof packageJson>;

export function parsePackageJson(text: string): PackageJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BuildFailure(`package.json is not JSON: ${(error as Error).message}`);
  }
  const parsed = packageJson.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BuildFailure(`package.json is not valid: ${issue?.path.join('.')}: ${issue?.message}`);
}

export const dependsOnSomething = (json: PackageJson) =>
  [json.dependencies, json.devDependencies, json.optionalDependencies].some(
    (some) => Object.keys(some).length,
  );
