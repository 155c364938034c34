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

#: where each step begins on the bar, and where it ends, in per cent of the whole start. Most of the time goes to the
#: notebook's own server, which begins to load when it is told; contents are little unless they are fetched anew.
_SPAN = {"server": (5, 10), "contents": (10, 35), "notebook": (35, 95)}
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

    def further_than(self, other: Status) -> bool:
        """Whether this comes after the other: a bar goes one way only."""
        return (STEPS.index(self.step), self.percent) > (STEPS.index(other.step), other.percent)

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


def read_status(path: Path, start_id: str) -> list[Status]:
    """What the start with this id says in this file, step by step; nothing while it says nothing that makes sense."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return []
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return []
        raw = file.read(MAX_BYTES)
    try:
        said = json.loads(raw)
        if said["start_id"] != start_id:
            return []
        steps = [_status(step) for step in said["steps"]]
    except (ValueError, TypeError, AttributeError, KeyError):
        return []
    return sorted(steps, key=lambda status: STEPS.index(status.step))


def _status(said: dict[str, object]) -> Status:
    step, percent = said["step"], said.get("percent", 0)
    if step not in STEPS or not isinstance(percent, int):
        raise ValueError("no step of a start")
    return Status(step=str(step), percent=max(0, min(100, percent)), offline=said.get("offline") is True)
