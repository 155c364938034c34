"""A chapter that gets another name takes the learner's copy with it; nothing that lies at a name is overwritten.

Each move is recorded before it is made. Whoever is stopped then leaves both names in the record, both as this
chapter's, and the next run finds the file under whichever it has.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .files import read_json, write_json
from .places import UnsafePath

#: whatever stands in a learner's folder, the rest of it is laid out and the server starts
NO_REASON_TO_STAY_AWAY = (
    UnsafePath,
    OSError,
    MemoryError,
    RecursionError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
)
#: what a file system says that knows no second name for a file
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}

Bases = dict[str, Any]


class Renames:
    """Moves working copies to where their chapters are by now."""

    def __init__(self, file: Callable[[str], Path], remember: Callable[[Bases], None], told: Path) -> None:
        self._file = file
        self._remember = remember
        self._told = told
        #: every move there ever was, in order: a page that has such a file open follows it, after a night's sleep too
        self.moved = _pairs(read_json(told).get("moved"))

    def bring(self, bases: Bases, homes: dict[int, str]) -> dict[str, Exception]:
        """Move what has another home by now; the homes whose file could not be brought, and why.

        One chapter may wait for a name that another is to leave, so that all are looked at until none moves. Whoever
        holds the name of another chapter and cannot go home yet makes way: they may wait for each other, something of
        the learner's own may stand there, or the chapter is gone.
        """
        names = set(homes.values())
        waiting = self._away(bases, homes, names)
        failed: dict[str, Exception] = {}
        while waiting:
            name = next((name for name, home in waiting.items() if self._is_free(name, home)), None)
            leaves = name or next((name for name in waiting if name in names), None)
            if leaves is None:
                break
            home = waiting.pop(leaves)
            try:
                to = home if name and home else self._aside(leaves, bases, names)
                self._move(bases, leaves, to)
                if home and to != home:
                    waiting[to] = home
            except NO_REASON_TO_STAY_AWAY as error:
                failed[home or leaves] = error
        return failed

    def _away(self, bases: Bases, homes: dict[int, str], names: set[str]) -> dict[str, str | None]:
        """Whose copy is not at home, and where that is: nowhere, where the chapter is gone and its name another's."""
        waiting: dict[str, str | None] = {}
        for name, base in bases.items():
            chapter = base.get("chapter")
            if not isinstance(chapter, int):
                continue
            home = homes.get(chapter)
            # what leads elsewhere is told when it is laid out
            with suppress(*NO_REASON_TO_STAY_AWAY):
                away = home != name and self._file(home) if home else name in names
                if away and self._file(name).is_file():
                    waiting[name] = home
        return waiting

    def _is_free(self, name: str, home: str | None) -> bool:
        """A run that was stopped may have left the one file under both names."""
        with suppress(*NO_REASON_TO_STAY_AWAY):
            if home:
                return not os.path.lexists(self._file(home)) or self._file(home).samefile(self._file(name))
        return False

    def _aside(self, name: str, bases: Bases, names: set[str]) -> str:
        stem, suffix = os.path.splitext(name)
        for attempt in range(1, 1000):
            aside = f"{stem}-aside{f'-{attempt}' if attempt > 1 else ''}{suffix}"
            if aside not in bases and aside not in names and not os.path.lexists(self._file(aside)):
                return aside
        raise OSError(errno.EEXIST, f"no free name to keep {name} under")

    def _move(self, bases: Bases, name: str, to: str) -> None:
        source, target = self._file(name), self._file(to)
        before = dict(bases)
        bases[to] = bases[name]
        try:
            self._remember(bases)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # a page counts what it is told: what could not be written has not happened, here neither
            write_json(self._told, {"moved": [*self.moved, (name, to)]})
            self._move_or_take_back(source, target)
        except Exception:
            bases.clear()
            bases.update(before)
            raise
        self.moved.append((name, to))
        with suppress(OSError):  # what Jupyter would go back to is the chapter's, too
            move_to_free(_checkpoint(source), _checkpoint(target))
        del bases[name]  # which is recorded with the next move, or by whoever asked for all of them

    def _move_or_take_back(self, source: Path, target: Path) -> None:
        try:
            move_to_free(source, target)
        except Exception:
            write_json(self._told, {"moved": self.moved})
            raise


def _checkpoint(file: Path) -> Path:
    return file.parent / ".ipynb_checkpoints" / f"{file.stem}-checkpoint{file.suffix}"


def _pairs(told: object) -> list[tuple[str, str]]:
    """What stands there may be anything by now."""
    pairs = told if isinstance(told, list) else []
    return [(it[0], it[1]) for it in pairs if isinstance(it, list) and [type(name) for name in it] == [str, str]]


def move_to_free(source: Path, target: Path) -> None:
    """Give a file another name that nothing has: `rename` would replace what came there a moment ago."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not target.samefile(source):
            raise
    except OSError as error:
        if error.errno not in _NO_LINKS or os.path.lexists(target):
            raise
        source.rename(target)
        return
    source.unlink()
