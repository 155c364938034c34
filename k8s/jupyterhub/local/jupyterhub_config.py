"""The hub of one machine, as `tenarai serve --with-hub` starts it. All settings come from the environment."""

from __future__ import annotations

from tenarai_hub import configure_local

configure_local(get_config())  # type: ignore[name-defined]  # noqa: F821  (JupyterHub provides get_config)
