import { gitHostWorld } from './code-host/git-host-world.ts';
import { codeHostContract } from './code-host.ts';

codeHostContract('the GitHub adapter on the git host', gitHostWorld);
