import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster } from '../../../../shared/ports/cluster.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Service account, Service and manifest of a function bear its name in kebab case. */
export const accountOf = (folder: string) => folder.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const functionFolders = readdirSync(join(ROOT, 'functions'));

/** A verb of the port that a function calls. `all`: without an argument, for every Namespace. */
export interface Use {
  readonly verb: keyof Cluster;
  readonly all: boolean;
}

/** Read from its own files and from what of shared/runtime these import. */
export function usesOf(folder: string): readonly Use[] {
  const home = join(ROOT, 'functions', folder);
  const own = readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(home, name));
  const uses = new Map<string, Use>();
  for (const file of withImports(own)) {
    for (const [, verb, end] of readFileSync(file, 'utf8').matchAll(/\bcluster\??\.(\w+)\(\s*(\))?/g)) {
      const all = end !== undefined;
      uses.set(`${verb} ${all}`, { verb: verb as keyof Cluster, all });
    }
  }
  return [...uses.values()];
}

function withImports(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export|\}) .*from '(\.[^']+)'/gm,
    )) {
      const target = resolve(dirname(file), path);
      if (target.startsWith(join(ROOT, 'shared/runtime'))) visit(target);
    }
  };
  for (const file of files) visit(file);
  return found;
}
