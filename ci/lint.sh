#!/usr/bin/env bash
# Formatting, lints and types; warnings are errors.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "lint: $*"; }

say "Rust"
cargo fmt --all --check
cargo clippy --locked --all-targets --quiet -- -D warnings
say "front end"
(cd frontend && npm run --silent lint && npm run --silent typecheck)
say "Python"
ci/hub-test.sh --lint
say "fine"
