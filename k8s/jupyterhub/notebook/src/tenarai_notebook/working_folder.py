"""What Jupyter sees of the working folder: a handout that is missing is laid out when somebody opens it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from .places import UnsafePath


class WorkingFolder(AsyncLargeFileManager):
    """Jupyter's own, but a chapter published after the server started, or deleted by hand, opens too."""

    #: given by the extension, which is loaded later
    bring: Callable[[str], Awaitable[None]] | None = None

    async def get(self, path: str, content: bool = True, *more: Any, **named: Any) -> Any:
        """A question without content asks only how a file is; it makes none."""
        name = path.strip("/")
        if content and self.bring is not None and name.endswith(".ipynb"):
            try:
                await self.bring(name)
            except (UnsafePath, OSError) as error:
                self.log.info("%s was not laid out: %s", name, error)
        return await super().get(path, content, *more, **named)  # type: ignore[no-untyped-call]
