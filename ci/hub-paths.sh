#!/bin/sh
# Prints where the hub's Python environments and the learners' homes lie, for others to take over:
#   eval "$(ci/hub-paths.sh)"
# State is under VAR (default: var). A hub that root starts gives each learner a uid of their own, and those must be
# able to enter both places: when they could not, because the repository lies below a closed folder, the places are
# under /var/lib/tenarai/<hash of the repository's path>/, and standard error says so.
set -eu
repo=$(cd "$(dirname "$0")/.." && pwd -P)
digest() { printf %s "$1" | sha256sum | cut -c1-12; }
elsewhere=/var/lib/tenarai/$(digest "$repo")

# Whether everybody may pass through every folder on the way to $1, as far as it exists.
passable() {
  path=$1
  while [ "$path" != / ]; do
    path=$(dirname "$path")
    if [ -d "$path" ]; then
      case $(stat -c %A "$path") in *x | *t) ;; *) return 1 ;; esac
    fi
  done
}

place() { # $1: wanted, $2: name elsewhere, $3: what it is for
  wanted=$(realpath -m "$1")
  if [ "$(id -u)" -ne 0 ] || passable "$wanted"; then
    echo "$wanted"
  else
    echo "hub: $wanted lies in a closed folder, so $3 in $elsewhere/$2" >&2
    echo "$elsewhere/$2"
  fi
}

quote() { printf "%s='%s'\n" "$1" "$(printf %s "$2" | sed "s/'/'\\\\''/g")"; }

case ${1-} in
  '')
    cd "$repo"
    quote HUB_VENV "$(place .venv/hub venv/hub 'its Python is')"
    quote HUB_VENV_55 "$(place .venv/hub-5.5 venv/hub-5.5 'its Python for tests is')"
    quote HUB_TOOLS "$(realpath -m .venv/hub-tools)"
    homes=$(realpath -m "${VAR:-var}/learners")
    # learners of two sites have the same names, so each site has a folder of its own there, too
    [ "$homes" = "$repo/var/learners" ] && name=learners || name=learners-$(digest "$homes")
    quote LEARNERS_DIR "$(place "$homes" "$name" 'the homes of learners are')"
    ;;
  --place) # for ci/hub-venv.sh
    cd "$repo"
    place "$2" "venv/$(basename "$2")" 'its Python is'
    ;;
  *)
    echo "usage: ci/hub-paths.sh" >&2
    exit 2
    ;;
esac
