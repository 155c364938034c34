#!/bin/bash
# Tests of k8s/jupyterhub: everything on JupyterHub 6.1, and the hub's stories on 5.5 beside it.
#   ci/hub-test.sh [arguments for pytest]      ci/hub-test.sh --lint
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd -P)
eval "$("$repo/ci/hub-paths.sh")"
"$repo/ci/hub-venv.sh" "$HUB_VENV" 6.1
"$repo/ci/hub-venv.sh" --tools "$HUB_TOOLS"
cd "$repo/k8s/jupyterhub"
# the tools see the hub's packages without being installed among them
tools=$("$HUB_TOOLS/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
if [ "${1-}" = --lint ]; then
  "$HUB_TOOLS/bin/ruff" format --check .
  "$HUB_TOOLS/bin/ruff" check .
  "$HUB_TOOLS/bin/mypy" --python-executable "$HUB_VENV/bin/python" hub/src notebook/src checks/src
  # pytest lies beside the environment that is checked, so its decorators have no types here
  "$HUB_TOOLS/bin/mypy" --python-executable "$HUB_VENV/bin/python" --allow-untyped-decorators tests
  exit
fi
"$repo/ci/hub-venv.sh" "$HUB_VENV_55" 5.5
HUB_VENV=$HUB_VENV HUB_VENV_55=$HUB_VENV_55 PYTHONPATH=$tools exec "$HUB_VENV/bin/python" -m pytest "$@"
