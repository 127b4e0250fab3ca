import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const FOLDER = 'knative/base/functions';

test('the manifests of the functions are all installed', () => {
  const { resources } = parse(readFileSync(`${FOLDER}/kustomization.yaml`, 'utf8')) as {
    resources: string[];
  };
  const files = readdirSync(FOLDER).filter((name) => name !== 'kustomization.yaml');
  expect(resources.toSorted()).toEqual(files.toSorted());
});
