import { adapter } from '../../runtime/adapter.ts';
import { ociRegistry } from './registry.ts';

export const registryPort = adapter([], () => ociRegistry({ scheme: 'https' }));
