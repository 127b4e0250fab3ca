import { githubPort } from '../../shared/adapters/github/port.ts';
import { redisPort } from '../../shared/adapters/redis/port.ts';
import { start } from '../../shared/runtime/start.ts';
import { handle } from './handle.ts';

start('notify', handle, { store: redisPort, codeHost: githubPort }, { CONSOLE_URL: true });
