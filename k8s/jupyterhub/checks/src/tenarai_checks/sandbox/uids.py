"""Two uids for each run that no other run has: one for the kernel, one for the checks.

They are far from people, daemons, learners (200000 and up, decision 0015) and the ranges of user namespaces.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FIRST_UID = 1_900_000_000
SLOTS = 64
LOCKS = Path("/run/tenarai-checks")


class NoUid(Exception):
    """As many runs as there are uids go on already."""


@contextmanager
def pair() -> Iterator[tuple[int, int]]:
    """The uids of one run; they are free again when this process ends, however it does."""
    LOCKS.mkdir(mode=0o700, exist_ok=True)
    facts = LOCKS.lstat()
    if facts.st_uid != os.getuid() or not LOCKS.is_dir() or LOCKS.is_symlink() or facts.st_mode & 0o077:
        raise NoUid(f"{LOCKS} is not a closed folder of ours")
    for slot in range(SLOTS):
        lock = os.open(LOCKS / f"{slot}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            uids = FIRST_UID + 2 * slot, FIRST_UID + 2 * slot + 1
            # of a run that was killed a moment ago something may still be about to end
            if not processes_of(*uids):
                yield uids
                return
        finally:
            os.close(lock)
    raise NoUid(f"{SLOTS} runs go on already")


def processes_of(*uids: int) -> list[int]:
    """The processes of these uids, without dead ones that nobody has buried yet."""
    wanted, found = set(map(str, uids)), []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, KeyError):
            lines = (process / "status").read_text(errors="replace").splitlines()
            said = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
            if wanted.intersection(said["Uid"]) and said["State"][0] not in "ZX":
                found.append(int(process.name))
    return found
