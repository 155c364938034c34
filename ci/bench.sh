#!/usr/bin/env bash
# Endpoints beside their ceilings, in one run, on both databases; writes target/bench.json. Needs wrk.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench --locked --quiet --bench budgets -- "$@"
