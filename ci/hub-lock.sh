#!/bin/sh
# Locks the Python requirements of k8s/jupyterhub anew (needs `uv` from PyPI on the PATH, or its path in UV).
# Run it after a change of a requirements*.in; commit what it writes. Lock files name no index.
set -eu
cd "$(dirname "$0")/../k8s/jupyterhub"
uv=${UV:-uv}
lock() { "$uv" pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lock notebook/requirements.in -o notebook/requirements.txt
# the hub shares a venv with the notebooks on one machine, so it takes the same versions
lock hub/requirements.in -c notebook/requirements.txt -o hub/requirements.txt
# the same with the hub's previous major version, which the Helm chart ships; for tests
cat notebook/requirements.txt hub/requirements.txt | grep -oE '^[A-Za-z0-9_.-]+==[^ \\]+( ; [^\\]+)?' |
  grep -v '^jupyterhub==' | sort -u >"$work/versions.txt"
echo 'jupyterhub==5.5.*' >"$work/override.txt"
lock hub/requirements.in notebook/requirements.in --override "$work/override.txt" -c "$work/versions.txt" \
  -o tests/requirements-5.5.txt
lock tests/requirements-tools.in -o tests/requirements-tools.txt
