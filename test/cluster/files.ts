import { answering, crashing, type Files } from '../e2e/files.ts';

const DOCKERFILE = `FROM node:24
WORKDIR /app
RUN echo made once
COPY server.js .
USER 1000
ENTRYPOINT ["node", "server.js"]
`;

const dockerised = ({ 'server.js': server = '' }: Files): Files => ({
  Dockerfile: DOCKERFILE,
  'server.js': server,
});

/** As the files of that name on one machine, built by a Dockerfile. */
export const docker = {
  answering: (version: string) => dockerised(answering(version)),
  crashing: (words: string) => dockerised(crashing(words)),
};
