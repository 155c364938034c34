"""The result: what the checks process tells, taken over by type, and what the runner saw itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .inside.words import Words
from .job import FORMAT

STATUSES = ("passed", "failed", "error", "not_run")
_UNKEPT = re.compile("[\0\ud800-\udfff]")
NOT_RUN = {"status": "not_run", "cell": None, "error_name": None, "error_message": None}


@dataclass
class Told:
    """What the checks process has told so far."""

    tests: dict[str, dict[str, Any]] = field(default_factory=dict)
    cells: dict[str, Any] = field(default_factory=lambda: {"restored": [], "missing": [], "duplicated": [], "added": 0})
    execution: dict[str, Any] | None = None
    at_cell: str | None = None
    at_test: str | None = None
    #: the checks process is there
    ready: bool = False
    unreadable: bool = False
    #: the cells of the submission are known
    read: bool = False
    #: the cells are being run, or have been
    began: bool = False
    #: a check had no time left
    late: bool = False
    done: bool = False

    def take(self, said: Any) -> None:
        """One line."""
        if not isinstance(said, dict):
            return
        match said.get("event"):
            case "ready":
                self.ready = True
            case "unreadable":
                self.unreadable = True
            case "cells":
                for kind in ("restored", "missing", "duplicated"):
                    self.cells[kind] = [_clean(str(name), 64) for name in said[kind]]
                self.cells["added"] = int(said["added"])
                self.read = True
            case "cell":
                self.began, self.at_cell = True, _text(said["cell"], 64)
            case "test_began":
                self.at_test = str(said["name"])
            case "execution" if said["status"] in ("ok", "failed", "died", "timed_out"):
                self.began = True
                self.execution = {
                    "status": said["status"],
                    "cell": _text(said["cell"], 64),
                    "error_name": _text(said["error_name"], 200),
                    "error_message": _text(said["error_message"], 1_000),
                }
            case "test" if said["status"] in STATUSES:
                self.tests[str(said["name"])] = {
                    "status": said["status"],
                    "message": _text(said["message"], 2_000) or "",
                    "seconds": float(said["seconds"]),
                }
            case "late":
                self.late = True
            case "done":
                self.done = True


@dataclass(frozen=True)
class Seen:
    """What the runner saw itself."""

    seconds: float
    peak_memory_mb: int
    #: the kernel ended before it was told to
    kernel_died: bool
    killed_for_memory: bool
    #: the checks process did not end by itself in time
    overdue: bool


def assemble(tests: list[str], words: Words, told: Told, seen: Seen) -> dict[str, Any]:
    """The one JSON object."""
    status = _status(told, seen)
    execution = told.execution or dict(NOT_RUN)
    if told.execution is None and told.began:
        execution |= {"status": "timed_out" if seen.overdue else "died", "cell": told.at_cell}
    why = words({"unreadable": "unreadable", "timed_out": "late"}.get(status, "gone"))
    not_run = {"status": "not_run", "message": why, "seconds": 0.0}
    results = {name: told.tests.get(name, not_run) for name in tests}
    if not told.done and told.at_test in results and told.at_test not in told.tests:
        results[told.at_test] = {"status": "error", "message": words("broken"), "seconds": 0.0}
    return {
        "format": FORMAT,
        "status": status,
        "seconds": round(seen.seconds, 2),
        "peak_memory_mb": seen.peak_memory_mb,
        "execution": execution,
        "cells": told.cells,
        "tests": results,
    }


def _status(told: Told, seen: Seen) -> str:
    if told.unreadable or not told.read:  # what ends the one who reads it is not readable, either
        return "unreadable"
    if seen.kernel_died:
        return "out_of_memory" if seen.killed_for_memory else "crashed"
    if seen.overdue or (told.execution or {}).get("status") == "timed_out":
        return "timed_out"
    if not told.done:
        return "crashed"
    return "timed_out" if told.late else "finished"


def _text(said: Any, most: int) -> str | None:
    return _clean(said, most) if isinstance(said, str) else None


def _clean(said: str, most: int) -> str:
    """What everybody can read and keep: half of a surrogate pair is no text, and databases refuse a NUL."""
    return _UNKEPT.sub("\ufffd", said[:most])
