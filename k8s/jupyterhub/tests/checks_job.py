"""Jobs for the runner of checks, and what a run must not leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tenarai_checks.sandbox.uids import FIRST_UID, SLOTS, processes_of

OURS = range(FIRST_UID, FIRST_UID + 2 * SLOTS)
#: enough for a kernel with pandas on a machine that is busy
SECONDS = 60
GROUPS = ("/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/sys/fs/cgroup")

#: a check that shows what a variable of the notebook is
SHOW = """
import json
def test_show(nb):
    raise AssertionError(json.dumps(nb["seen"]))
"""


ANSWER = "4711-the-answer-key"
#: a check that knows the answer, and must keep it
CHECK = f'''
# {ANSWER}
def test_answer(nb):
    assert nb["answer"] == "{ANSWER}", "Not yet."
'''


def cell(name: str | None, source: str, *tags: str, kind: str = "code") -> dict[str, Any]:
    """A cell of a notebook."""
    made: dict[str, Any] = {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    return made if name is None else made | {"id": name}


def notebook(*cells: dict[str, Any]) -> bytes:
    """A notebook as a file."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}).encode()


class Desk:
    """Runs jobs in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lay_out(
        self,
        handout: bytes,
        submission: bytes,
        checks: str = "def test_nothing(nb): pass",
        tests: list[str] | None = None,
        **limits: float,
    ) -> Path:
        """A job's folder. Without a list, all checks of the file are asked for."""
        named = [line[4 : line.index("(")] for line in checks.splitlines() if line.startswith("def test_")]
        job = {"format": 1, "tests": tests or named, "limits": {"seconds": SECONDS, **limits}}
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / "data").mkdir(exist_ok=True)
        (self.folder / "data" / "rent.csv").write_text("rent,area\n50000,19.9\n78000,30.9\n")
        (self.folder / "job.json").write_text(json.dumps(job))
        (self.folder / "handout.ipynb").write_bytes(handout)
        (self.folder / "submission.ipynb").write_bytes(submission)
        (self.folder / "checks.py").write_text(checks)
        return self.folder

    def run(self, handout: bytes, submission: bytes, checks: str = "", **limits: Any) -> dict[str, Any]:
        """Lay out, run, and see that nothing is left."""
        folder = self.lay_out(handout, submission, checks or "def test_nothing(nb): pass", **limits)
        with leaving_nothing(folder):
            said = start(folder)
            assert said.returncode == 0, said.stderr
            assert said.stderr == ""
        result: dict[str, Any] = json.loads(said.stdout)
        assert result["format"] == 1
        return result

    def run_again(self, tests: list[str]) -> dict[str, Any]:
        """Run what is laid out."""
        order = json.loads((self.folder / "job.json").read_text())
        (self.folder / "job.json").write_text(json.dumps(order | {"tests": tests}))
        with leaving_nothing(self.folder):
            said = start(self.folder)
        assert (said.returncode, said.stderr) == (0, "")
        result: dict[str, Any] = json.loads(said.stdout)
        return result

    def run_cells(self, *sources: str, checks: str = "", **limits: Any) -> dict[str, Any]:
        """A notebook in which everything is the trainee's."""
        own = notebook(*(cell(f"c{at}", source) for at, source in enumerate(sources, 1)))
        return self.run(own, own, checks, **limits)

    def look(self, source: str, **limits: Any) -> Any:
        """What code of a notebook sees: the variable `seen`."""
        result = self.run_cells(source, checks=SHOW, **limits)
        assert result["execution"]["status"] == "ok", result
        return json.loads(result["tests"]["test_show"]["message"])


def outcome(result: dict[str, Any]) -> tuple[str, str, dict[str, str]]:
    """Status, how the notebook ran, and what came of each check."""
    return (
        result["status"],
        result["execution"]["status"],
        {name: test["status"] for name, test in result["tests"].items()},
    )


def start(folder: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    command = [sys.executable, "-m", "tenarai_checks", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **options)


@contextmanager
def leaving_nothing(folder: Path) -> Iterator[None]:
    """The folder is as it was, and there is no process, no group and no file of the run."""
    before, groups = _contents(folder), all_groups()
    yield
    assert _contents(folder) == before
    assert processes() == []
    assert all_groups() <= groups
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", str(folder.parent)):
        assert [name for name in Path(place).glob("*") if name.lstat().st_uid in OURS] == []
    assert "tenarai-checks" not in Path("/proc/self/mounts").read_text()


def processes() -> list[int]:
    """Living processes of the runs' uids."""
    return processes_of(*OURS)


def all_groups() -> set[Path]:
    """The groups of runs, wherever they are: a runner elsewhere on the machine may have left some."""
    return {group for place in GROUPS for group in Path(place).rglob("tenarai-checks-*")}


def _contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
        if os.path.lexists(path)
    }
