"""Working copies: made from a handout, replaced only while untouched, otherwise the learner chooses.

A copy's *base* is the handout it was made from. What the learner wrote is never overwritten: reset and update keep a
copy beside it first. A chapter that gets another name takes its copy with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .contents import Entry, Pristine
from .files import read_json, sha256, write_atomically, write_json
from .places import Places, inside
from .renames import NO_REASON_TO_STAY_AWAY, Bases, Renames


class HandoutError(Exception):
    """A request about a handout that cannot be met; `code` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class State:
    """How a working copy stands to its handout."""

    #: untouched, modified, outdated (a newer handout waits), own (not from any handout)
    state: str
    base_sha256: str | None = None
    handout_sha256: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """As the bridge sends it."""
        return {
            "state": self.state,
            "base_sha256": self.base_sha256,
            "handout_sha256": self.handout_sha256,
        }


class Handouts:
    """The working folder of one learner."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._pristine = Pristine(places.pristine)
        self._renames = Renames(self._file, self._remember, places.moved)

    @property
    def moved(self) -> list[tuple[str, str]]:
        """Which files got another name since, in order: from, to."""
        return list(self._renames.moved)

    def moved_since(self, known: object) -> dict[str, object]:
        """Those that come after so many; all of them for whoever does not say how many it knows."""
        since = known if type(known) is int and 0 <= known <= len(self._renames.moved) else 0
        return {"moved": self._renames.moved[since:], "moved_from": since}

    def lay_out(self) -> list[str]:
        """Copy every handout that is missing, replace those nobody touched; the paths that were refused."""
        bases = self._bases()
        refused = []
        # all that moves first: another chapter may have a name by now that one had before
        failed = self._bring_renamed(bases)
        for path, entry in self._pristine.entries().items():
            try:
                if path in failed:
                    raise failed[path]  # a fresh handout there would keep the work away for ever
                self._lay_out_one(bases, entry)
            except NO_REASON_TO_STAY_AWAY as error:
                refused.append(f"{path}: {error or type(error).__name__}")
        self._remember(bases)
        return refused

    def exists(self, path: str) -> bool:
        """Whether something with this path is in the working folder."""
        return self._file(path).exists()

    def is_known(self, path: str) -> bool:
        """Whether there is a handout for this path, as far as was fetched."""
        return path in self._pristine.entries()

    def is_of(self, path: str, chapter: int) -> bool:
        """Whether this is the chapter's handout, as far as was fetched."""
        entry = self._pristine.entries().get(path)
        return entry is not None and entry.chapter in (None, chapter)

    def chapter_of(self, path: str) -> int | None:
        """Whose handout this path is, as far as was fetched."""
        entry = self._pristine.entries().get(path)
        return entry.chapter if entry else None

    def lay_out_missing(self, path: str) -> None:
        """Copy what is missing of this handout's course: a notebook needs its data. What is there stays as it is."""
        entries, bases = self._pristine.entries(), self._bases()
        if path not in entries:
            return
        course = path.split("/")[0]
        failed = self._bring_renamed(bases)
        for other, entry in entries.items():
            if other.split("/")[0] == course and other not in failed and not self._file(other).exists():
                self._lay_out_one(bases, entry)
        self._remember(bases)
        if path in failed:
            raise failed[path]

    def refuse_other(self, path: str, chapter: int) -> None:
        """Raise where the notebook at this path is known to be another chapter's, or the chapter's is elsewhere."""
        entries = self._pristine.entries()
        entry = entries.get(path)
        if entry is None and any(other.chapter == chapter for other in entries.values()):
            raise HandoutError("other_chapter", f"the chapter's notebook is not {path} any more")
        if entry is not None and entry.chapter not in (None, chapter):
            raise HandoutError("other_chapter", f"{path} is the notebook of another chapter")

    def open(self, path: str) -> State:
        """Make the working copy if it is missing, and say how it stands."""
        entry = self._pristine.entries().get(path)
        if entry is None:
            return self.state(path)
        bases = self._bases()
        # what lies there may be another chapter's, which has this name no more
        if not self._file(path).exists() or bases.get(path, {}).get("chapter") != entry.chapter:
            failed = self._bring_renamed(bases)
            if path not in failed and not self._file(path).exists():
                self._lay_out_one(bases, entry)
            self._remember(bases)
            if path in failed:
                raise failed[path]
            whose = bases.get(path, {}).get("chapter")
            if entry.chapter is not None and whose not in (None, entry.chapter):
                raise HandoutError("other_chapter", f"what lies at {path} is another chapter's, and could not be moved")
        return self.state(path)

    def state(self, path: str) -> State:
        """How the working copy stands to its handout."""
        file = self._file(path)
        if not file.is_file():
            raise HandoutError("not_found", f"{path} is not in the working folder")
        entry, base = self._pristine.entries().get(path), self._bases().get(path)
        if entry is None or base is None:
            return State("own", handout_sha256=entry.sha256 if entry else None)
        content = file.read_bytes()
        if sha256(content) == entry.sha256:
            return State("untouched", entry.sha256, entry.sha256)
        if base["sha256"] != entry.sha256:
            return State("outdated", base["sha256"], entry.sha256)
        same = sources_digest(content) == base.get("sources")
        return State("untouched" if same else "modified", base["sha256"], entry.sha256)

    def reset(self, path: str, stamp: str | None = None) -> str:
        """Take the current handout, and keep what was there beside it; the path of that copy, with `stamp` in it."""
        file, (entry, content) = self._file(path), self._handout(path)
        copy = self._keep_copy(path, file, stamp) if file.exists() else ""
        self._take(entry, content)
        return copy

    def update(self, path: str, stamp: str | None = None) -> str:
        """Take the new handout; a copy is kept as with reset, unless nothing was changed."""
        file, (entry, content) = self._file(path), self._handout(path)
        base = self._bases().get(path)
        untouched = base is not None and file.exists() and sha256(file.read_bytes()) == base["sha256"]
        copy = "" if untouched or not file.exists() else self._keep_copy(path, file, stamp)
        self._take(entry, content)
        return copy

    def keep(self, path: str) -> None:
        """Keep the learner's own: from now on it counts as made from the current handout."""
        entry, content = self._handout(path)
        if not self._file(path).is_file():
            raise HandoutError("not_found", f"{path} is not in the working folder")
        bases = self._bases()
        bases[path] = _base(entry, content)
        self._remember(bases)

    def diff(self, path: str) -> dict[str, Any]:
        """The handout and the working copy, as notebooks."""
        _, content = self._handout(path)
        file = self._file(path)
        if not file.is_file():
            raise HandoutError("not_found", f"{path} is not in the working folder")
        try:
            return {"handout": json.loads(content), "working": json.loads(file.read_bytes())}
        except ValueError as error:
            raise HandoutError("not_a_notebook", f"{path} cannot be read as a notebook") from error

    def _lay_out_one(self, bases: Bases, entry: Entry) -> None:
        file = self._file(entry.path)
        base = bases.get(entry.path)
        if base is not None and base.get("chapter") is None:
            base["chapter"] = entry.chapter
        if file.exists() and (base is None or base["sha256"] == entry.sha256 or _is_changed(file, base)):
            return
        content = self._pristine.read(entry.sha256)
        if content is None:
            return
        write_atomically(file, content)
        bases[entry.path] = _base(entry, content)

    def _bring_renamed(self, bases: Bases) -> dict[str, Exception]:
        entries = self._pristine.entries()
        homes = {entry.chapter: path for path, entry in entries.items() if entry.chapter is not None}
        return self._renames.bring(bases, homes)

    def _take(self, entry: Entry, content: bytes) -> None:
        write_atomically(self._file(entry.path), content)
        bases = self._bases()
        bases[entry.path] = _base(entry, content)
        self._remember(bases)

    def _keep_copy(self, path: str, file: Path, stamp: str | None) -> str:
        """Copy under a name that is free, even against a second reset in the same second."""
        stem, suffix = path[: -len(file.suffix)] if file.suffix else path, file.suffix
        stamp, content = stamp or time.strftime("%Y%m%d-%H%M%S"), file.read_bytes()
        for attempt in range(1, 1000):
            name = f"{stem}-{stamp}{f'-{attempt}' if attempt > 1 else ''}{suffix}"
            try:
                descriptor = os.open(self._file(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                continue
            try:
                with open(descriptor, "wb") as copy:
                    copy.write(content)
                    copy.flush()
                    os.fsync(copy.fileno())
            except OSError:
                self._file(name).unlink(missing_ok=True)
                raise
            return name
        raise HandoutError("no_copy", f"no free name for a copy of {path}")

    def _handout(self, path: str) -> tuple[Entry, bytes]:
        self._file(path)  # a path that leads elsewhere is told as such
        entry = self._pristine.entries().get(path)
        content = self._pristine.read(entry.sha256) if entry else None
        if entry is None or content is None:
            raise HandoutError("no_handout", f"there is no handout for {path}")
        return entry, content

    def _file(self, path: str) -> Path:
        return inside(self._places.work, path)

    def _bases(self) -> Bases:
        return {path: base for path, base in read_json(self._places.handouts).items() if isinstance(base, dict)}

    def _remember(self, bases: Bases) -> None:
        write_json(self._places.handouts, bases)


def sources_digest(content: bytes) -> str | None:
    """What a learner could have written in a notebook: cells and their sources, not outputs. None: no notebook."""
    try:
        cells = json.loads(content)["cells"]
        sources = [[cell["cell_type"], _text(cell["source"])] for cell in cells]
    except (ValueError, KeyError, TypeError):
        return None
    return sha256(json.dumps(sources).encode())


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _is_changed(file: Path, base: dict[str, Any]) -> bool:
    if not file.is_file():
        raise OSError("it is no file")
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() != str(base["sha256"])


def _base(entry: Entry, content: bytes) -> dict[str, str | int | None]:
    return {"sha256": entry.sha256, "sources": sources_digest(content), "chapter": entry.chapter}
