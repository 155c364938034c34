"""For the proxy every byte that passes is activity: an open pane, with its websocket and polls, would never be idle."""

from __future__ import annotations

from typing import Any

from jupyterhub.proxy import ConfigurableHTTPProxy


class ActivityBlindProxy(ConfigurableHTTPProxy):  # type: ignore[misc]  # jupyterhub is not typed
    """Keeps its routes' last activity to itself, so that only what servers report counts: cells run, files saved.

    This is how a server behind a pane that somebody left open is culled.
    """

    async def get_all_routes(self) -> dict[str, Any]:
        """Every route, without the time of its last byte."""
        routes: dict[str, Any] = await super().get_all_routes()
        for route in routes.values():
            route["data"].pop("last_activity", None)
        return routes
