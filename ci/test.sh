#!/usr/bin/env bash
# Every test. The parts need different things and report by themselves; the last line sums up.
set -euo pipefail
cd "$(dirname "$0")/.."
passed=0
aside=
log=$(mktemp)
trap '[ -z "$aside" ] || kill "$aside" 2>/dev/null || true; rm -f "$log"' EXIT

step() {
  local name=$1 started=$SECONDS
  shift
  echo "== $name"
  "$@"
  passed=$((passed + 1))
  echo "== $name: fine, $((SECONDS - started)) s"
}
# Begins what leaves a core idle; `finish` waits for it and shows what it said.
begin() { "$@" >"$log" 2>&1 & aside=$!; }
finish() {
  local code=0
  wait "$aside" || code=$?
  aside=
  cat "$log"
  return "$code"
}

step "lint" ci/lint.sh
step "docs: every problem and setting explained, every link and picture there" python3 ci/check-docs.py
step "front end: generated types are those of backend/openapi.json" npm --prefix frontend run --silent api:check
step "front end: unit tests" npm --prefix frontend run --silent test
step "front end: build" make frontend/.output/public/200.html
step "front end: size of the chapter page" npm --prefix frontend run --silent size
step "server: tests on both databases" cargo test --locked --quiet
begin ci/sample-course.sh
step "hub: tests on JupyterHub 6.1 and 5.5" ci/hub-test.sh
step "sample course: texts, notebooks and their outputs" finish
step "browser: stories on the real hub" ci/e2e.sh
step "make up: from ready to Ctrl-C, with the debug binary" ci/check-up.py
echo "$passed parts passed, 0 failed"
