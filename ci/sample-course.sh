#!/usr/bin/env bash
# The sample course publishes without a warning, and its notebooks give what the texts say.
set -euo pipefail
cd "$(dirname "$0")/.."
eval "$(ci/hub-paths.sh)"
cargo run --quiet --locked -- content check docs/sample-course
exec "$HUB_VENV/bin/python" -B ci/check-sample-course.py
