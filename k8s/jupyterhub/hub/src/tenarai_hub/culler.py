"""Runs jupyterhub-idle-culler for as long as the hub lives.

The hub starts its services in sessions of their own and ends them when it ends in order. One that was killed leaves its
culler behind, which would ask a hub that no longer knows it until the machine is switched off.
"""

from __future__ import annotations

import os
import runpy
import sys

from .isolation import end_with_parent


def main() -> None:
    """Take the culler's arguments, and become it."""
    hub = os.getppid()
    end_with_parent()
    if os.getppid() != hub:  # it fell in between
        sys.exit(0)
    runpy.run_module("jupyterhub_idle_culler", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
