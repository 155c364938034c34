"""One operating-system user a learner, and limits the kernel enforces, without system accounts."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .tickets import HUB_USER

#: learners' uids start here: far from people, daemons and the ranges of user namespaces
FIRST_UID = 200_000
#: processes and threads of one learner, against fork bombs
MAX_PROCESSES = 1024

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Confinement:
    """What a learner's processes run as, and may use."""

    #: None: the hub is not root, and everybody shares its own uid
    uid: int | None
    memory_bytes: int | None


def learner_uid(hub_user: str) -> int:
    """The uid of a learner: 200000 + the number in `u17`."""
    if not HUB_USER.fullmatch(hub_user):
        raise ValueError(f"{hub_user!r} is not a hub user of the LMS")
    uid = FIRST_UID + int(hub_user[1:])
    if uid >= 2**31:
        raise ValueError(f"{hub_user!r} has no uid on this machine")
    return uid


def prepare_home(home: Path, uid: int | None) -> None:
    """Make a learner's home, closed to everybody else."""
    home.mkdir(mode=0o700, exist_ok=True)
    if home.is_symlink() or not home.is_dir():
        raise RuntimeError(f"{home} is not a folder")
    if uid is not None and home.stat().st_uid != uid:
        os.chown(home, uid, uid)
    home.chmod(0o700)


def end_with_parent() -> None:
    """Let the kernel end this process when its parent ends, however that happens."""
    if _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "parent-death signal")


def confine(confinement: Confinement, home: Path) -> Callable[[], None]:
    """What to run between fork and exec. It raises rather than start a server with more rights than meant."""
    uid, memory = confinement.uid, confinement.memory_bytes

    def preexec() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        if uid is not None:
            resource.setrlimit(resource.RLIMIT_NPROC, (MAX_PROCESSES, MAX_PROCESSES))
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "no_new_privs")
        os.umask(0o077)
        os.chdir(home)

    return preexec
