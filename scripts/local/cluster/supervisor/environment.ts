import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/**
 * What a local process gets of the platform's environment: nothing but where programs are. The Node that runs the
 * platform comes first, so that an app and its build run on the same one.
 */
export function baseEnvironment(home: string, temp: string): Record<string, string> {
  const paths = (process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
  const outside = paths.filter((path) => path && !path.includes('node_modules'));
  return {
    PATH: [dirname(process.execPath), ...outside].join(delimiter),
    HOME: home,
    TMPDIR: temp,
    LANG: process.env.LANG ?? 'C.UTF-8',
  };
}

/** How the user reaches package registries: their npm settings, cache and proxies. No other variable passes. */
const REGISTRY_ACCESS = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
].concat(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'npm_config_registry', 'npm_config_cafile']);

/** A build's: the user's own npm cache makes it fast, its home is its own. */
export function buildEnvironment(home: string, temp: string): Record<string, string> {
  const passed = REGISTRY_ACCESS.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...baseEnvironment(home, temp),
    ...Object.fromEntries(passed),
    npm_config_cache: process.env.npm_config_cache ?? join(homedir(), '.npm'),
    npm_config_userconfig: process.env.npm_config_userconfig ?? join(homedir(), '.npmrc'),
    npm_config_update_notifier: 'false',
    CI: 'true',
  };
}
