import { join } from 'node:path';
import { handle } from '../../functions/probeStandby/handle.ts';
import { httpProbe } from '../../shared/adapters/http-probe/probe.ts';
import { host } from '../../shared/runtime/host.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { localCluster } from '../local/cluster/cluster.ts';
import { sqliteStore } from '../local/store/store.ts';
import { given, serve } from './in-child.ts';

/** The function as it is deployed, on the records of one data folder. */
const { dir } = given<{ dir: string }>();
const clock = () => new Date();
const serviceAddress = () => ({ host: '127.0.0.1', port: 9, authority: 'nowhere' });
const cluster = localCluster({ dir, clock, serviceAddress });
const store = sqliteStore({ file: join(dir, 'store.sqlite'), clock });
const log = logger('probeStandby', 'error');
await serve(host('probeStandby', handle({ cluster, store, probe: httpProbe, clock, log })));
