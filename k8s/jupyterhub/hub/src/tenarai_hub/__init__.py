"""Tenarai's side of JupyterHub: who is signed in (the LMS says), and how a learner's server is started.

A configuration file needs one call: ``tenarai_hub.configure(c)``, to which the place adds its spawner and its proxy, or
``tenarai_hub.configure_local(c)`` for a hub that runs everything on its own machine.
"""

from __future__ import annotations

from typing import Any

# JupyterHub is imported inside: the proxy lives in this package too, and starts four times as fast without it.


def configure(c: Any) -> None:
    """Set up what is the same wherever the hub runs."""
    from . import configuration

    configuration.configure(c)


def configure_local(c: Any) -> None:
    """Set up a hub of one machine."""
    from . import configuration

    configuration.configure_local(c)
