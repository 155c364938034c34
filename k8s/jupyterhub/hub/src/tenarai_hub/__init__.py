"""Tenarai's side of JupyterHub: who is signed in (the LMS says), and how a learner's server is started.

A configuration file needs one call: ``tenarai_hub.configure(c)``, and then the spawner of its place.
"""

from .configure import configure, configure_local

__all__ = ["configure", "configure_local"]
