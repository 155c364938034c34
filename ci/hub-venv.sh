#!/bin/bash
# Makes a Python environment for JupyterHub and the learners' notebooks, or brings it up to date.
#   ci/hub-venv.sh DIR [6.1|5.5]       hub and notebooks; 5.5 is for tests
#   ci/hub-venv.sh --tools DIR         pytest, ruff, mypy; never in the environment that learners use
#   ci/hub-venv.sh --print-dir DIR     where it will really be (see ci/hub-paths.sh)
# Everything is locked by hash. A second run compares two stamps and needs no network.
set -euo pipefail
umask 022
repo=$(cd "$(dirname "$0")/.." && pwd -P)
room=$repo/k8s/jupyterhub
cd "$repo" # a relative DIR is relative to the repository
python=/usr/bin/python3 # not one below somebody's home: learners' uids must be able to run it

say() { echo "hub-venv: $*"; }

need_python() {
  if ! $python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "$python is missing or older than 3.11" >&2
    exit 1
  fi
  $python -c 'import ensurepip, venv' 2>/dev/null && return
  if [ "$(id -u)" -ne 0 ]; then
    say "Python's venv is missing: install the package python3-venv" >&2
    exit 1
  fi
  say "installing python3-venv"
  apt-get install -y -qq python3-venv >/dev/null || { apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; }
}

digest() { cat "$@" | sha256sum | cut -c1-64; }

# Installs the locked requirements ($2...) into a new venv at $1, unless it has them.
install_locked() {
  local dir=$1 stamp total
  shift
  stamp=$({ digest "$@"; $python -V; } | sha256sum | cut -c1-64)
  [ "$(cat "$dir/.tenarai-locked" 2>/dev/null)" = "$stamp" ] && return
  need_python
  total=$(cat "$@" | grep -oE '^[A-Za-z0-9_.-]+==' | sort -u | wc -l)
  say "installing up to $total packages into $dir (a minute or two)"
  rm -rf "$dir"
  mkdir -p "$(dirname "$dir")"
  $python -m venv "$dir"
  local arguments=() file
  for file in "$@"; do arguments+=(-r "$file"); done
  "$dir/bin/pip" install --disable-pip-version-check --no-input --progress-bar off --require-hashes "${arguments[@]}" |
    awk -v total="$total" '
      /^Collecting/ { n++; if (n % 20 == 0) { printf "hub-venv: %d of %d fetched\n", n, total; fflush() } }
      /^Installing collected/ { print "hub-venv: all fetched, installing"; fflush() }
      /^(ERROR|error)/ { print }'
  echo "$stamp" >"$dir/.tenarai-locked"
}

# Installs our own packages, which change more often than what they need.
install_ours() {
  local dir=$1 stamp
  stamp=$(find "$room"/{hub,notebook,checks}/src "$room"/*/pyproject.toml -type f -not -name '*.pyc' -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
  [ "$(cat "$dir/.tenarai-ours" 2>/dev/null)" = "$stamp" ] && return
  say "installing tenarai-hub, tenarai-notebook and tenarai-checks into $dir"
  "$dir/bin/pip" install --disable-pip-version-check --quiet --no-input --no-index --no-deps --no-build-isolation \
    --force-reinstall "$room/hub" "$room/notebook" "$room/checks"
  echo "$stamp" >"$dir/.tenarai-ours"
}

case ${1-} in
  --print-dir)
    "$repo/ci/hub-paths.sh" --place "$2" 2>/dev/null
    ;;
  --tools)
    install_locked "$2" "$room/tests/requirements-tools.txt"
    say "$2 is ready"
    ;;
  '' | -*)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
  *)
    dir=$("$repo/ci/hub-paths.sh" --place "$1")
    case ${2:-6.1} in
      6.1) install_locked "$dir" "$room/notebook/requirements.txt" "$room/hub/requirements.txt" ;;
      5.5) install_locked "$dir" "$room/tests/requirements-5.5.txt" ;;
      *) say "there are locked requirements for JupyterHub 6.1 and 5.5, not $2" >&2; exit 2 ;;
    esac
    install_ours "$dir"
    say "$dir is ready"
    ;;
esac
