// Fills the compile cache while the image is made: every function is started, asked once and ended, as in a container.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

/** Nothing is connected to before an event asks for it: no address needs to be there. */
const env = {
  REDIS_URL: 'redis://127.0.0.1:1',
  BROKER_URL: 'http://127.0.0.1:1',
  GITHUB_TOKEN: 'of-no-use-here-0000',
  WEBHOOK_SECRET: 'of-no-use-here-0000',
  API_TOKEN: 'of-no-use-here-0000',
  WEBHOOK_URL: 'http://127.0.0.1:1',
  CONSOLE_URL: 'http://127.0.0.1:1',
  BUILD_REGISTRY: 'registry.invalid/cite',
  BUILD_IMAGE: 'registry.invalid/buildkit',
  PORT: '0',
};

async function warmUp(target) {
  const child = spawn(process.execPath, [join(__dirname, 'main.cjs')], {
    env: { ...env, FUNCTION_TARGET: target },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of child.stdout.setEncoding('utf8')) {
    const port = /"address":\{[^}]*"port":(\d+)/.exec(line)?.[1];
    if (!port) continue;
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
    await answer.arrayBuffer();
    break;
  }
  child.kill('SIGTERM');
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  if (code !== 0) throw new Error(`${target} does not start: exit code ${code}`);
}

async function warmUpAll() {
  const bundles = readdirSync(join(__dirname, 'functions')).filter((file) => file.endsWith('.cjs'));
  for (const file of bundles) await warmUp(file.replace('.cjs', ''));
}

warmUpAll().catch((err) => {
  console.error(err);
  process.exit(1);
});
