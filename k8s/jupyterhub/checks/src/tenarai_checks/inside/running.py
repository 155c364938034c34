"""Runs the whole notebook from clean, and goes on after a cell that fails: what came before may still earn points."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from .cells import Step
from .line import KernelDied, KernelLine, TooMuchOutput, TooSlow
from .words import Words

#: a cell may send so many times the text that is kept of it, for pictures are output, too
FLOOD = 16
#: of all cells together so many times the text of one is kept
SHARES = 16
MAX_MESSAGE = 1_000
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Outputs:
    """Hears one cell at a time and keeps its text, as much of it as there is room for: a cell that prints much takes no
    other's."""

    def __init__(self, output_kb: int) -> None:
        self._of_one = self._room = output_kb * 1024
        self._of_all = output_kb * 1024 * SHARES
        self._most = output_kb * 1024 * FLOOD
        self._step = Step(None, None, "")
        self._heard = 0

    def of(self, step: Step) -> Outputs:
        """From now on it is this cell that speaks."""
        self._step, self._heard = step, 0
        self._room = min(self._of_one, self._of_all)
        return self

    def __call__(self, kind: str, content: dict[str, Any], size: int) -> None:
        """Hear one message."""
        self._heard += size
        if kind == "stream":
            text = content.get("text") if content.get("name") == "stdout" else None
        elif kind in ("execute_result", "display_data"):
            data = content.get("data")
            text = data.get("text/plain") if isinstance(data, dict) else None
        else:
            text = None
        if isinstance(text, str):
            kept = text[: self._room]
            self._room -= len(kept)
            self._of_all -= len(kept)
            self._step.output += kept
        if self._heard > self._most:
            raise TooMuchOutput


def run(
    line: KernelLine, steps: list[Step], outputs: Outputs, until: float, started: Callable[[Step], None], words: Words
) -> dict[str, Any]:
    """Run the cells; how that went, with the first failure."""
    failure: dict[str, Any] | None = None
    for step in steps:
        started(step)
        try:
            if time.monotonic() >= until:
                raise TooSlow
            reply = line.execute(step.source, until, outputs.of(step))
        except KernelDied:
            return _execution("died", step)
        except TooSlow:
            line.stop()
            return failure or _execution("timed_out", step)
        except TooMuchOutput:
            line.stop()
            failure = failure or _execution("failed", step, "OutputLimit", words("flood"))
            if not line.usable:
                return failure
            continue
        step.ran = reply.get("status") == "ok"
        if not step.ran and not step.may_raise and failure is None:
            failure = _execution("failed", step, _text(reply.get("ename")), _text(reply.get("evalue")))
    return failure or {"status": "ok", "cell": None, "error_name": None, "error_message": None}


def _execution(status: str, step: Step, name: str | None = None, message: str | None = None) -> dict[str, Any]:
    return {"status": status, "cell": step.shown_id, "error_name": name, "error_message": message}


def _text(said: Any) -> str:
    return _ANSI.sub("", said)[:MAX_MESSAGE] if isinstance(said, str) else ""
