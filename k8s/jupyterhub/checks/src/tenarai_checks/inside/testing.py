"""Runs `checks.py` with pytest, and tells of each check no more than its author wrote for the trainee."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from .reading import Notebook, NotebookLost, NotebookProblem
from .words import Words

MAX_MESSAGE = 2_000
#: a check that waits for the kernel ends a little after the kernel has been given up
GRACE_S = 4.0

Report = Callable[[str, str, str, float], None]
Begin = Callable[[str], None]


class _Slow(BaseException):
    """A check of ours loops; no `except Exception` of it may catch this."""


@dataclass(frozen=True)
class Sitting:
    """Which checks are run, on what, and who hears of it."""

    tests: list[str]
    nb: Notebook
    words: Words
    #: when the whole run ends, and what each check may take
    until: float
    seconds: float
    begin: Begin
    report: Report


def run(checks: Path, sitting: Sitting) -> bool:
    """Run the named checks of a file and report each. Whether the time was enough."""
    plugin = _Plugin(checks, sitting)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    signal.signal(signal.SIGALRM, plugin.ring)
    options = ["--assert=plain", "--noconftest", "--import-mode=importlib", "--capture=no", "-c", os.devnull]
    off = ("cacheprovider", "faulthandler", "terminal", "junitxml", "pastebin", "stepwise", "doctest", "unittest")
    plugins = [option for name in off for option in ("-p", f"no:{name}")]
    pytest.main([str(checks), f"--rootdir={checks.parent}", *options, *plugins], plugins=[plugin])
    plugin.finish()
    return not plugin.late


class _Plugin:
    """Chooses, times and classifies."""

    def __init__(self, file: Path, sitting: Sitting) -> None:
        self._file, self._sitting = str(file), sitting
        #: a check had no time left
        self.late = False
        self._outcomes: dict[str, tuple[str, str, float]] = {}
        self._collected: set[str] = set()
        self._broken = False

    @pytest.fixture
    def nb(self) -> Notebook:
        """The notebook that was handed in, after it has run."""
        return self._sitting.nb

    def ring(self, number: int, frame: FrameType | None) -> None:
        """The alarm of a check that does not end."""
        signal.setitimer(signal.ITIMER_REAL, 0.5)  # and again, should it be caught
        raise _Slow

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Only what was asked for."""
        items[:] = [item for item in items if _name(item) in self._sitting.tests]
        self._collected = {_name(item) for item in items}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read has no checks."""
        self._broken = self._broken or report.failed

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """One check, with all its parameters' turns."""
        began = time.monotonic()
        left = self._sitting.until - began
        self._sitting.begin(_name(item))
        self._sitting.nb.until = min(began + self._sitting.seconds, self._sitting.until)
        if left > 0:
            signal.setitimer(signal.ITIMER_REAL, min(self._sitting.seconds, left) + GRACE_S)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            status, message, seconds = self._outcomes.get(_name(item), ("passed", "", 0.0))
            self._outcomes[_name(item)] = status, message, seconds + time.monotonic() - began
            self._tell(_name(item))  # at once, for the next check may be the end of all

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """No check begins when the time is over."""
        if time.monotonic() >= self._sitting.until:
            raise _NoTime

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """What came of setup, call or teardown; the worst counts."""
        if call.excinfo is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            before = self._outcomes.get(_name(item), ("passed", "", 0.0))
            status, message = self._judge(call.excinfo.value)
            if _RANK.index(status) > _RANK.index(before[0]):
                self._outcomes[_name(item)] = status, message, before[2]
        return (yield)

    def finish(self) -> None:
        """What was asked for and did not run."""
        for name in self._sitting.tests:
            if name not in self._collected:
                self._sitting.report(name, "error", self._sitting.words("broken" if self._broken else "unknown"), 0.0)

    def _tell(self, name: str) -> None:
        status, message, seconds = self._outcomes[name]
        self._sitting.report(name, status, message, round(seconds, 3))

    def _judge(self, error: BaseException) -> tuple[str, str]:
        if isinstance(error, NotebookProblem):
            return "failed", str(error)[:MAX_MESSAGE]
        if isinstance(error, NotebookLost):
            return "not_run", self._sitting.words("lost")
        if isinstance(error, _NoTime):
            self.late = True
            return "not_run", self._sitting.words("late")
        if isinstance(error, pytest.skip.Exception):
            return "not_run", str(error)[:MAX_MESSAGE]
        if isinstance(error, _Slow):
            return "error", self._sitting.words("slow")
        if isinstance(error, pytest.fail.Exception):
            return "failed", str(error)[:MAX_MESSAGE]
        if isinstance(error, AssertionError):
            return "failed", self._said(error)
        return "error", self._sitting.words("broken")

    def _said(self, error: AssertionError) -> str:
        """What the author wrote beside `assert`. What a library says of a comparison gives away what is expected."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        written_here = trace is not None and trace.tb_frame.f_code.co_filename == self._file
        words: Any = error.args[0] if error.args else ""
        return words[:MAX_MESSAGE] if written_here and isinstance(words, str) else ""


class _NoTime(Exception):
    """The time of the whole run is over."""


#: the worst last
_RANK = ("passed", "not_run", "failed", "error")


def _name(item: pytest.Item) -> str:
    return str(getattr(item, "originalname", None) or item.name)
