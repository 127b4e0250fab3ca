// Puts Node 24 in node_modules/.bin, so that every npm script runs on it whatever Node the machine has.
// Runs on the machine's own Node (20 or newer), before anything is installed: it may import nothing but Node's own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';

const { arch, argv, env, platform, versions } = process;
const time = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);

if (!argv.includes('--link') && time('node_modules/.package-lock.json') < time('package-lock.json')) {
  // npm replaces node_modules, the link below included: it must not run on that Node.
  const PATH = env.PATH.split(':')
    .filter((entry) => !entry.includes('node_modules'))
    .join(':');
  const { status } = spawnSync('npm', ['ci'], { stdio: 'inherit', env: { ...env, PATH } });
  if (status !== 0) process.exit(1);
}

if (Number.parseInt(versions.node, 10) < 24) {
  const packages = [`node-bin-${platform}-${arch}`, `node-${platform}-${arch}`];
  const found = packages.find((name) => existsSync(`node_modules/${name}/bin/node`));
  if (!found) {
    console.error(
      `Node 24 is needed; this is ${versions.node} and npm has no Node 24 for ${platform}-${arch}. Install Node 24 and try again.`,
    );
    process.exit(1);
  }
  mkdirSync('node_modules/.bin', { recursive: true });
  rmSync('node_modules/.bin/node', { force: true });
  symlinkSync(`../${found}/bin/node`, 'node_modules/.bin/node');
}
