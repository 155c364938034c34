"""Where things lie in a learner's home.

::

    work/                      the root of the notebook server: {course}/{chapter}.ipynb, {course}/data/...
    .tenarai/status.json       how far this start is; the hub reads it
    .tenarai/content-token     reads this learner's handouts at the LMS
    .tenarai/pristine/         what the LMS last published: manifest.json and blobs by their sha256
    .tenarai/handouts.json     which handout each working copy was made from
    .tenarai/moved.json        which files got another name since, for pages that have them open
    .tenarai/runtime           leads to the folder of the kernels' sockets
    .tenarai/settings/         the notebook's own settings (theme, language)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MAX_PATH = 400


class UnsafePath(Exception):
    """A path that could lead out of its folder, or through a link."""


@dataclass(frozen=True)
class Places:
    """The folders and files of one learner."""

    home: Path

    @property
    def work(self) -> Path:
        """The root of the notebook server."""
        return self.home / "work"

    @property
    def private(self) -> Path:
        """What is ours in the home."""
        return self.home / ".tenarai"

    @property
    def status(self) -> Path:
        """How far this start is."""
        return self.private / "status.json"

    @property
    def content_token(self) -> Path:
        """Reads this learner's handouts at the LMS."""
        return self.private / "content-token"

    @property
    def pristine(self) -> Path:
        """What the LMS last published."""
        return self.private / "pristine"

    @property
    def handouts(self) -> Path:
        """Which handout each working copy was made from."""
        return self.private / "handouts.json"

    @property
    def moved(self) -> Path:
        """Which files got another name since."""
        return self.private / "moved.json"

    @property
    def runtime(self) -> Path:
        """Leads to the folder of the kernels' sockets."""
        return self.private / "runtime"

    @property
    def settings(self) -> Path:
        """The notebook's own settings."""
        return self.private / "settings"


def relative_path(raw: object) -> PurePosixPath:
    """A path from outside, once it is known to be plain: relative, visible, without `..`."""
    if not isinstance(raw, str) or not raw or len(raw) > MAX_PATH:
        raise UnsafePath(f"{raw!r} is not a path")
    if "\\" in raw or any(ord(character) < 32 for character in raw):
        raise UnsafePath(f"{raw!r} has characters that no path of a course has")
    parts = raw.split("/")
    if any(part.startswith(".") or not part for part in parts):
        raise UnsafePath(f"{raw!r} does not stay in its folder")
    return PurePosixPath(raw)


def inside(root: Path, raw: object) -> Path:
    """The file that `raw` names below `root`, refused where a link stands on the way."""
    path = root
    for part in relative_path(raw).parts:
        path = path / part
        if path.is_symlink():
            raise UnsafePath(f"{raw!r} goes through a link")
    return path
