import { InvalidError } from '../../../../shared/domain/errors.ts';
import type { Apps } from '../../../../shared/ports/cluster.ts';
import { isManaged, managed, RELEASE } from './labels.ts';
import { requireNamespace, requireSubdomain } from './names.ts';
import type { Objects } from './records.ts';

export function secrets(records: Objects): Pick<Apps, 'readSecret' | 'writeSecret'> {
  return {
    async readSecret(namespace, name) {
      const found = records.get('Secret', namespace, name);
      // What a release was given is its own: it is no Secret that another App could name.
      return found?.labels[RELEASE] === undefined ? found?.body.content : undefined;
    },
    async writeSecret(namespace, name, content) {
      requireSubdomain('metadata.name', name);
      records.transaction(() => {
        requireNamespace(records, namespace);
        const there = records.get('Secret', namespace, name);
        if (!there) records.insert('Secret', { namespace, name }, managed, { content });
        else if (!isManaged(there.labels) || there.labels[RELEASE])
          throw new InvalidError('metadata.name', 'belongs to another Secret', 'Choose another name.');
        else records.update(there, { content });
      });
    },
  };
}
