"""A learner's notebook server. Found through JUPYTER_CONFIG_PATH; a learner's own configuration is not read."""

from __future__ import annotations

from tenarai_notebook.server_config import configure

configure(get_config())  # type: ignore[name-defined]  # noqa: F821  (traitlets provides get_config)
