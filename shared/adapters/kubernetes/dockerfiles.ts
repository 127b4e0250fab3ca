import type { BuildSettings } from '../../domain/app-spec.ts';

/** User that the images run as: pods are refused root (workload-objects.ts). */
const USER = 'USER 1000\n';

const install =
  'if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then npm ci; else npm install; fi';

/** Recipe of a Node app that brings no Dockerfile of its own. What installs depends on the lock file alone where there is one. */
export const nodeDockerfile = (settings: BuildSettings) => `FROM node:24
WORKDIR /app
${args(settings)}COPY package.json package-lock.jso[n] npm-shrinkwrap.jso[n] ./
RUN ${install}
COPY . .
${buildStep(settings)}RUN npm prune --omit=dev
ENV NODE_ENV=production
${USER}ENTRYPOINT ["npm", "start"]
`;

/** Recipe of a static site, built first where it has a package.json; served by busybox, which is small and everywhere. */
export const staticDockerfile = (settings: BuildSettings) => `FROM node:24 AS build
WORKDIR /site
${args(settings)}COPY . .
RUN if [ -f package.json ]; then ${install}; else echo '{}' >package.json; fi
${buildStep(settings)}RUN rm -rf node_modules
FROM busybox:1
COPY --from=build ${JSON.stringify([path(`/site/${settings.output ?? ''}`), '/site'])}
${USER}ENTRYPOINT ["sh", "-c", "exec busybox httpd -f -p \\"$PORT\\" -h /site"]
`;

const args = ({ env }: BuildSettings) =>
  Object.keys(env)
    .map((name) => `ARG ${name}\n`)
    .join('');

/** As JSON: no line break or quote of a person's ends the instruction. */
const buildStep = ({ command }: BuildSettings) =>
  command === undefined
    ? 'RUN npm run build --if-present\n'
    : `RUN ${JSON.stringify(['sh', '-c', `PATH="$PWD/node_modules/.bin:$PATH"; ${command}`])}\n`;

/** In a COPY a dollar would be a variable. */
const path = (text: string) => text.replaceAll('$', '\\$');
