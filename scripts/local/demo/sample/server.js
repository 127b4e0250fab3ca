const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');

const version = readFileSync(`${__dirname}/VERSION`, 'utf8').trim();
if (version.includes('broken')) throw new Error(`${version} cannot start`);

const server = createServer((_request, response) => response.end(`${version}\n`));
server.listen(process.env.PORT, () => console.log(`${version} listens on ${process.env.PORT}`));
process.on('SIGTERM', () => server.close());
