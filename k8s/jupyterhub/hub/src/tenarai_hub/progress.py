"""What a starting server says about itself, read from the file that its start script keeps.

The file lies in the learner's own folder, so it is not trusted: only known steps and numbers leave this module.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

STEPS = ("server", "contents", "notebook")
MAX_BYTES = 4096

#: where each step begins on the bar, and where it ends
_SPAN = {"server": (5, 15), "contents": (15, 60), "notebook": (60, 95)}
_MESSAGES = {
    "server": "The server's process was started",
    "contents": "Fetching the course material",
    "notebook": "Starting the notebook",
}


@dataclass(frozen=True)
class Status:
    """One step of a start, and how much of it is done."""

    step: str
    percent: int = 0
    #: the LMS could not be asked for material; what was there is used
    offline: bool = False

    def event(self) -> dict[str, object]:
        """As the hub's progress stream carries it; `step` and `offline` are ours."""
        begin, end = _SPAN[self.step]
        message = _MESSAGES[self.step]
        if self.offline:
            message += " (the site does not answer; using the material of the last time)"
        return {
            "progress": begin + (end - begin) * self.percent // 100,
            "message": message,
            "step": self.step,
            "offline": self.offline,
        }


def read_status(path: Path, start_id: str) -> Status | None:
    """What the start with this id says in this file; None while it says nothing that makes sense."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        raw = file.read(MAX_BYTES)
    try:
        said = json.loads(raw)
        percent = int(said.get("percent", 0))
        step = said["step"]
        this_start = said["start_id"] == start_id
    except (ValueError, TypeError, AttributeError, KeyError):
        return None
    if not this_start or step not in STEPS:
        return None
    return Status(step=step, percent=max(0, min(100, percent)), offline=said.get("offline") is True)
