import { adapter } from '../../runtime/adapter.ts';
import { httpProbe } from './probe.ts';

export const probePort = adapter([], () => httpProbe);
