import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const unpack = fileURLToPath(new URL('../../../shared/cluster/unpack', import.meta.url));

/** Why nothing can be rendered here; undefined: it can. */
export const noKubectl = existsSync(unpack) ? undefined : 'needs ../shared/cluster/unpack';

/** An object as kustomize prints it, as far as tests ask. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec?: { readonly containers: readonly Container[] };
    };
  };
}

export interface Container {
  readonly image: string;
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly configMapKeyRef?: { readonly key: string; readonly optional?: boolean } };
  }[];
}

/** What `kubectl apply -k` of the folder sends. */
export function render(folder: string): readonly Rendered[] {
  const kubectl = join(execFileSync(unpack, { encoding: 'utf8' }).trim(), 'bin', 'kubectl');
  const text = execFileSync(kubectl, ['kustomize', folder], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  return parseAllDocuments(text).map((document) => document.toJS() as Rendered);
}
