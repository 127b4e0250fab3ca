// What a container of the platform starts: the one bundle that FUNCTION_TARGET names, on the compile cache of the image.
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

const target = process.env.FUNCTION_TARGET ?? '';
if (!/^[A-Za-z]+$/.test(target)) {
  console.error('FUNCTION_TARGET names no function: set it in the manifest, e.g. to onPush');
  process.exit(1);
}
enableCompileCache({ directory: join(__dirname, 'compile-cache'), portable: true });
require(`./functions/${target}.cjs`);
