"""What is to be checked: the folder a caller hands over."""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .inside.words import WORDS

FORMAT = 1
#: larger submissions are unreadable; outputs of a real notebook stay far below
MAX_SUBMISSION = 20 * 2**20
#: our own files, which publishing has limited already
MAX_OURS = 64 * 2**20
MAX_DATA = 256 * 2**20


class BadJob(Exception):
    """The folder is not what a caller should hand over; nothing was run."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use."""

    seconds: float = 120
    memory_mb: int = 1024
    processes: int = 64
    open_files: int = 256
    disk_mb: int = 64
    output_kb: int = 1024
    #: for each check
    test_seconds: float = 10

    @classmethod
    def of(cls, said: dict[str, Any]) -> Limits:
        """From `job.json`; what is not said is as above."""
        unknown = set(said) - set(cls.__dataclass_fields__)
        if unknown:
            raise BadJob(f"job.json: unknown limits: {', '.join(sorted(unknown))}")
        for name, value in said.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 2**31:
                raise BadJob(f"job.json: the limit {name} is not a positive number")
        return cls(**{name: value if "seconds" in name else int(value) for name, value in said.items()})


@dataclass(frozen=True)
class Job:
    """One submission and what belongs to it."""

    tests: list[str]
    #: in which language the runner's own words are
    locale: str
    limits: Limits
    #: None: too large, or no file
    submission: bytes | None
    handout: bytes
    checks: bytes
    #: the course's data as a tar, as it lies beside the trainee's notebook
    data: bytes


def read(folder: Path) -> Job:
    """Read the whole folder, so that nothing of it need be within reach later."""
    try:
        said = json.loads(_file(folder / "job.json", MAX_OURS) or b"")
        if said.get("format") != FORMAT:
            raise BadJob(f"job.json: the format is {said.get('format')!r}, and {FORMAT} is known here")
        tests = said["tests"]
        if not isinstance(tests, list) or not all(isinstance(test, str) and test.isidentifier() for test in tests):
            raise BadJob("job.json: tests is not a list of names")
        locale = said.get("locale", "en")
        if locale not in WORDS:
            raise BadJob(f"job.json: {locale!r} is no language of ours")
        handout, checks = _file(folder / "handout.ipynb", MAX_OURS), _file(folder / "checks.py", MAX_OURS)
        if handout is None or checks is None:
            raise BadJob("handout.ipynb or checks.py is too large, or no file")
        return Job(
            tests=list(dict.fromkeys(tests)),
            locale=locale,
            limits=Limits.of(said.get("limits", {})),
            submission=_file(folder / "submission.ipynb", MAX_SUBMISSION),
            handout=handout,
            checks=checks,
            data=_pack(folder / "data"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadJob(f"{folder}: {type(error).__name__}: {error}") from error


def _file(path: Path, most: int) -> bytes | None:
    """A plain file's bytes; a link or a pipe is not followed or waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > most:
            return None
        return file.read(most)


def _pack(data: Path) -> bytes:
    """`data/` as a tar: plain files and folders, by whom and when left out."""
    packed = io.BytesIO()
    total = 0

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        nonlocal total
        total += entry.size
        if total > MAX_DATA:
            raise BadJob(f"data is larger than {MAX_DATA >> 20} MB")
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mode = 0o755 if entry.isdir() else 0o644
        return entry if entry.isfile() or entry.isdir() else None

    with tarfile.open(fileobj=packed, mode="w") as tar:
        if data.is_dir():
            tar.add(data, "data", filter=plain)
    return packed.getvalue()
