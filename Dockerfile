# One image for every function of the platform; FUNCTION_TARGET says which one a container is. `npm run image` makes its
# context (one bundle per function), builds and pushes it. It runs as nobody, on a read-only root file system.
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE}
WORKDIR /cite
COPY . .
# V8's compile cache, made by this very Node: a cold start then parses and compiles next to nothing.
RUN ["node", "warm-up.cjs"]
USER 65532:65532
ENV NODE_ENV=production
ENTRYPOINT ["node", "main.cjs"]
