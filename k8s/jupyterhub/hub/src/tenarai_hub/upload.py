"""A request's body on its way through the proxy: a piece is taken from the browser when the server behind takes it.

Nothing is kept here but the piece on its way, so that neither who sends without end nor a server that does not read
fills the memory of the proxy. What has arrived of large bodies is counted for each server behind, for those may keep
it: whoever sends it may be nobody.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import ClassVar

#: what is smaller always passes
LARGE_BODY = 1024 * 1024
#: of all large bodies together that one server is being sent
MAX_LARGE_BODIES = 128 * 1024 * 1024


class Upload:
    """One body, and how much of it was passed on."""

    _passed: ClassVar[Counter[str]] = Counter()

    def __init__(self, to: str) -> None:
        self._to, self._arrived, self._counted = to, 0, 0
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)

    @property
    def is_large(self) -> bool:
        """Whether more has arrived than a form has."""
        return self._arrived > LARGE_BODY

    def admit(self, size: int) -> bool:
        """Count what has arrived; False when the server behind is being sent too much already."""
        self._arrived += size
        if not self.is_large:
            return True
        Upload._passed[self._to] += self._arrived - self._counted
        self._counted = self._arrived
        return Upload._passed[self._to] <= MAX_LARGE_BODIES

    async def put(self, piece: bytes | None, asked: asyncio.Task[object]) -> None:
        """Wait until there is room for it; None is the end. Whoever is not asked any more takes nothing."""
        put = asyncio.create_task(self._pieces.put(piece))
        try:
            await asyncio.wait({put, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            put.cancel()

    async def pieces(self) -> AsyncIterator[bytes]:
        """What the server behind is sent."""
        while (piece := await self._pieces.get()) is not None:
            yield piece

    def forget(self) -> None:
        """It was answered, or broken off."""
        Upload._passed[self._to] -= self._counted
        self._counted = 0
        if not Upload._passed[self._to]:
            del Upload._passed[self._to]
