"""What Jupyter sees of the working folder: a handout that is missing is laid out when somebody opens it."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

from .files import write_atomically
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

    @contextmanager
    def atomic_writing(self, os_path: str, text: bool = True, encoding: str = "utf-8", **_: Any) -> Iterator[io.IOBase]:
        """Write a file whole or not at all.

        Jupyter's own empties the file first. Where the disk turns out to be full only when the last words go to it, the
        file stays cut off, and the next try copies that over what was kept of it.
        """
        target = Path(os_path).resolve()
        with self.perm_to_403(os_path):
            content = io.StringIO() if text else io.BytesIO()
            yield content
            written = content.getvalue()
            mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
            if target.exists() and not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os_path)
            write_atomically(target, written.encode(encoding) if isinstance(written, str) else written, mode)

    async def create_checkpoint(self, path: str) -> Any:
        """One is made at the first opening and at the first save; that there is no room for it refuses neither."""
        try:
            return await super().create_checkpoint(path)  # type: ignore[no-untyped-call]
        except (OSError, HTTPError) as error:
            if not _is_full(error):
                raise
            self.log.info("no room for a checkpoint of %s", path)
            return {"id": "none", "last_modified": datetime.now(UTC)}

    async def save(self, model: dict[str, Any], path: str = "") -> Any:
        """A disk or a quota that is full has a status of its own: the page tells the learner what to do then."""
        try:
            return await super().save(model, path)  # type: ignore[no-untyped-call]
        except HTTPError as error:
            if _is_full(error):
                raise HTTPError(507, f"There is no room left to save {path}") from error
            raise


def _is_full(error: BaseException | None) -> bool:
    while isinstance(error, HTTPError):
        error = error.__cause__
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
