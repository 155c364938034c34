#!/usr/bin/env bash
# Browser stories: the debug binary with the built front end, a real hub and Debian's Chromium, on free ports.
#   ci/e2e.sh [arguments for playwright]
set -euo pipefail
cd "$(dirname "$0")/.."
eval "$(ci/hub-paths.sh)"
ci/hub-venv.sh "$HUB_VENV" 6.1
make frontend/.output/public/200.html
cargo build --locked --quiet
export TENARAI_BINARY=$PWD/target/debug/tenarai HUB_VENV LEARNERS_DIR
cd frontend
exec npm run --silent e2e -- "$@"
