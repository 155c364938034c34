#!/usr/bin/env bash
# Runs the site in the foreground: demo people, sample course, hub. `make up` has built everything.
set -euo pipefail
cd "$(dirname "$0")/.."
eval "$(ci/hub-paths.sh)"

export TENARAI_LISTEN=127.0.0.1:$PORT
export TENARAI_PUBLIC_URL=http://localhost:$PORT
export TENARAI_HUB_URL=http://localhost:$HUB_PORT/jupyterhub/
export TENARAI_DATA_DIR=$VAR
export TENARAI_DATABASE_URL=${TENARAI_DATABASE_URL:-sqlite:$VAR/tenarai.db}
export TENARAI_HUB_VENV=$HUB_VENV
export TENARAI_LEARNERS_DIR=$LEARNERS_DIR

# Learners' code runs on this machine under other uids: answers and checks of the course are not theirs to read, nor in
# what git keeps of them. Its folder alone is closed, which those in it need not be; its owner goes on as before.
chmod -R o-rwx docs/sample-course 2>/dev/null || true
git() { command git -c safe.directory='*' "$@" 2>/dev/null; }
if [ "$(git rev-parse --show-toplevel)" = "$(pwd -P)" ]; then
  chmod o-rwx "$(git rev-parse --git-common-dir)" 2>/dev/null || true
fi

tenarai=${TENARAI_BINARY:-target/release/tenarai}
"$tenarai" demo docs/sample-course
exec "$tenarai" serve --with-hub
