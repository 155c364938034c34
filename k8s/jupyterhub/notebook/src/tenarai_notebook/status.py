"""Tells the hub how far a start is, through a file that the hub reads (tenarai_hub.progress)."""

from __future__ import annotations

import os
from pathlib import Path

from .files import write_json


class StatusFile:
    """One start's words: the step it is at, and how much of the step is done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start_id = os.environ.get("TENARAI_START_ID", "")

    def say(self, step: str, percent: int = 0, *, offline: bool = False) -> None:
        """Replace what was said before."""
        write_json(
            self._path,
            {"start_id": self._start_id, "step": step, "percent": percent, "offline": offline},
        )
