"""Tells the hub how far a start is, through a file that the hub reads (tenarai_hub.progress)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .files import write_json


class StatusFile:
    """One start's words: every step it came to, and how much of it is done: it may be over before anybody looks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start_id = os.environ.get("TENARAI_START_ID", "")
        self._steps: dict[str, dict[str, object]] = {}

    def say(self, step: str, percent: int = 0, *, offline: bool = False) -> None:
        """Begin a step, or go on with it."""
        self._steps[step] = {"step": step, "percent": percent, "offline": offline}
        with suppress(OSError):  # a full home, say: one sees less of the start, and it goes on
            write_json(self._path, {"start_id": self._start_id, "steps": list(self._steps.values())})
