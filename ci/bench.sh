#!/usr/bin/env bash
# Everything docs/performance.md speaks of, in one run: endpoints beside their ceilings on both databases, start, memory,
# size, and the notebook in Chromium. Writes target/bench.json. Wants a machine that does nothing else, and release builds.
#   ci/bench.sh [arguments for the server's part: --seconds 2 --rounds 1]
set -euo pipefail
cd "$(dirname "$0")/.."
eval "$(ci/hub-paths.sh)"
ci/hub-venv.sh "$HUB_VENV" 6.1
cargo bench --locked --quiet --bench budgets -- "$@"
export TENARAI_BINARY=$PWD/target/release/tenarai HUB_VENV LEARNERS_DIR
cd frontend
node scripts/size.mjs --into ../target/bench.json | tail -1
npm run --silent timings
# Last, so that everything is measured: a budget that is missed fails the whole.
python3 - <<'END'
import json
missed = [f"{it['name']} ({it['database']}): {it['ratio']}" for it in json.load(open("../target/bench.json")) if it.get("met") is False]
raise SystemExit("bench: missed its budget: " + ", ".join(missed) if missed else 0)
END
