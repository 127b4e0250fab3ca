/** Where the clone step leaves the source, without git's own files. */
export const SOURCE = '/workspace/source';

/**
 * The clone step. Values come from the environment and are never part of a script. Git's own files go: what was fetched
 * with the credential stays out of the build's reach.
 */
export const cloneScript = `set -e
git init --quiet --template= ${SOURCE}
cd ${SOURCE}
git fetch --quiet --depth=1 --no-tags --end-of-options "$CLONE_URL" "$COMMIT"
git checkout --quiet --detach FETCH_HEAD
rm -rf .git
`;

/**
 * There while the build step waits for a registry: its readiness probe tells by it (build-job-objects.ts). It comes late
 * enough for the step to have been ready once: a step that never was is only starting. A try that has gone on for half a
 * minute is past the registry's fault, and takes it away.
 */
export const WAITING_FOR_REGISTRY = '/tmp/waiting-for-registry';

/** BuildKit's last words where a registry is to blame, and time or an operator mends it. */
const REGISTRY_FAULT = 'failed to (push|do request)|unexpected status.*(429|5[0-9][0-9])';

/**
 * The build step: BuildKit for this one build, which pushes what it made. What the repository is to blame for ends it at
 * once; a registry that is away or full is tried again until the build's time is over, with all that was built in
 * BuildKit's cache. The last words are the Job's result (build-job-state.ts).
 *
 * A link as context could lead to the registry's credential: the folder has to be inside the source. Everything else of
 * the context is read by BuildKit, which follows no link out of it.
 */
export const buildScript = `set -eu -o pipefail
fail() { echo "$1" | tee /dev/termination-log >&2; exit 1; }

context=$(cd "${SOURCE}/$CONTEXT" 2>/dev/null && pwd -P) || fail "there is no folder $CONTEXT: correct build.context"
case "$context/" in
  ${SOURCE}/*) ;;
  *) fail "$CONTEXT leads out of the repository: correct build.context" ;;
esac

if [ "$BUILDER" = auto ]; then
  if [ -f "$context/Dockerfile" ]; then BUILDER=dockerfile
  elif [ -f "$context/package.json" ]; then BUILDER=node
  elif [ -f "$context/index.html" ]; then BUILDER=static
  else fail "no Dockerfile, package.json or index.html in $CONTEXT: add one, or correct build.context"
  fi
fi
recipe=$(mktemp -d)
case "$BUILDER" in
  node) printf '%s' "$NODE_DOCKERFILE" >"$recipe/Dockerfile" ;;
  static) printf '%s' "$STATIC_DOCKERFILE" >"$recipe/Dockerfile" ;;
  *)
    [ -f "$context/Dockerfile" ] || fail "there is no Dockerfile in $CONTEXT: add one, or correct build.builder"
    recipe=$context ;;
esac

buildkitd >/tmp/buildkitd.log 2>&1 &
until buildctl debug workers >/dev/null 2>&1; do
  kill -0 $! 2>/dev/null || { cat /tmp/buildkitd.log >&2; fail 'BuildKit did not start: the lines above say why'; }
  sleep 0.1
done

build() {
  buildctl build --progress=plain --frontend dockerfile.v0 --local context="$context" --local dockerfile="$recipe" \\
    --output "type=image,name=$IMAGE,push=true" --metadata-file /tmp/metadata.json \\
    --import-cache "type=registry,ref=$CACHE" --export-cache "type=registry,ref=$CACHE,mode=max,ignore-error=true" "$@"
}
attempt() {
  (sleep 30; rm -f ${WAITING_FOR_REGISTRY}) &
  forgets=$!
  if build "$@" 2>&1 | tee /tmp/build.log; then ended=0; else ended=1; fi
  kill $forgets 2>/dev/null || true
  return $ended
}
# A registry's own words may be several lines. What a step of the build prints begins with its number.
last_words() {
  tail -n 20 /tmp/build.log | {
    words=
    while IFS= read -r line; do
      case $line in error:*) words=' ' ;; esac
      [ -z "$words" ] || words="$words $line"
    done
    echo "$words"
  }
}
until attempt "$@"; do
  last_words | grep -v 'did not complete successfully' | grep -qE '${REGISTRY_FAULT}' || exit 1
  echo 'The registry cannot be used: the line above says why. Tried again in 10 s, until the time of the build is over.'
  sleep 5
  touch ${WAITING_FOR_REGISTRY}
  sleep 5
done
digest=$(sed -n 's/.*"containerimage.digest": *"\\([^"]*\\)".*/\\1/p' /tmp/metadata.json | head -n 1)
printf '{"image":"%s@%s"}' "\${IMAGE%:*}" "$digest" >/dev/termination-log
`;
