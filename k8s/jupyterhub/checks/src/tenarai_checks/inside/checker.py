"""The checks process: `python -I -m tenarai_checks.inside.checker JOB_FD`, in a folder of its own.

It reads the notebook, drives the kernel through it, runs the checks, and tells what comes of it in lines of JSON on
standard output. Standard input says nothing and ends when the kernel does.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

#: of the whole time, how much the notebook may take; the rest is the checks'
NOTEBOOK_SHARE = 0.75
READY_S = 30.0


def main(job: int) -> None:
    """One submission from beginning to end."""
    began = time.monotonic()
    with open(job, "rb") as said:
        order = json.load(said)
    tell = _Teller()
    until = began + order["seconds"]
    from . import cells

    tell(event="ready")

    try:
        submission = cells.read(base64.b64decode(order["submission"]))
    except cells.Unreadable as error:
        tell(event="unreadable", why=str(error))
        return
    plan = cells.plan(cells.read(base64.b64decode(order["handout"])), submission)
    tell(
        event="cells",
        restored=plan.restored,
        missing=plan.missing,
        duplicated=plan.duplicated,
        added=plan.added,
    )
    from . import running
    from .line import KernelDied, KernelLine, TooSlow
    from .reading import Notebook
    from .words import Words

    words = Words(order["locale"])
    line = KernelLine(order["connection"], alive=0)
    try:
        line.wait_ready(min(until, began + READY_S))
    except (KernelDied, TooSlow):
        tell(event="no_kernel")
        return
    execution = running.run(
        line,
        plan.steps,
        running.Outputs(order["output_kb"]),
        min(until, began + order["seconds"] * NOTEBOOK_SHARE),
        lambda step: tell(event="cell", cell=step.shown_id),
        words,
    )
    tell(event="execution", **execution)
    _check(order, Notebook(line, plan.steps, words), words, until, tell)
    line.close()
    tell(event="done")


def _check(order: dict[str, Any], nb: Any, words: Any, until: float, tell: _Teller) -> None:
    from . import testing

    folder = Path.home() / "checks"
    folder.mkdir(mode=0o700, parents=True)
    file = folder / "checks.py"
    file.write_bytes(base64.b64decode(order["checks"]))
    sitting = testing.Sitting(
        order["tests"],
        nb,
        words,
        until,
        order["test_seconds"],
        begin=lambda name: tell(event="test_began", name=name),
        report=lambda name, status, message, seconds: tell(
            event="test", name=name, status=status, message=message, seconds=seconds
        ),
    )
    if not testing.run(file, sitting):
        tell(event="late")


class _Teller:
    """Writes to what was standard output; checks that print do not get in between."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (1, 2):
            os.dup2(nowhere, standard)

    def __call__(self, **said: Any) -> None:
        line = json.dumps(said).encode() + b"\n"
        while line:
            line = line[os.write(self._out, line) :]


if __name__ == "__main__":
    main(int(sys.argv[1]))
