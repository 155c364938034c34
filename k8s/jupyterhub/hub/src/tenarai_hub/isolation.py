"""One operating-system user a learner, and limits the kernel enforces, without system accounts."""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .tickets import HUB_USER

#: learners' uids start here: far from people, daemons and the ranges of user namespaces
FIRST_UID = 200_000
#: processes and threads of one learner, against fork bombs
MAX_PROCESSES = 1024
#: sites' groups start here
FIRST_GROUP = 100_000_000
#: how often what a notebook left is looked for, and how long a kill may take
ROUNDS, ROUND_S = 100, 0.02

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Confinement:
    """What a learner's processes run as, and may use."""

    #: None: the hub is not root, and everybody shares its own uid
    uid: int | None
    #: what tells them from another site's
    group: int
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


def site_group(learners_dir: Path) -> int:
    """A group that marks the processes of this site's learners; no file belongs to it.

    The uid alone would not tell them from those of another site on this machine, which counts its learners from one,
    too; and a learner can change everything else about a process, but has no right to leave a group.
    """
    digest = hashlib.sha256(os.fsencode(learners_dir.resolve())).digest()
    return FIRST_GROUP + int.from_bytes(digest[:3])


async def end_what_is_left(uid: int, group: int) -> bool:
    """Kill what a notebook left running: it would use the machine after its server has ended. Whether all is gone.

    A process that forks faster than it is looked at is ended by the kernel, which lets nobody fork while it kills all
    processes of a uid. That would be too much where another site's learner has the uid as well.
    """
    for _ in range(ROUNDS):
        ours, others = _processes(uid, group)
        if not ours:
            return True
        if others:
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for process in ours:
                    with suppress(ProcessLookupError):
                        os.kill(process, number)
        else:
            kill_all = ("/bin/sh", "-c", "kill -s KILL -- -1")
            killer = await asyncio.create_subprocess_exec(
                *kill_all, user=uid, group=uid, extra_groups=[], env={}, cwd="/"
            )
            await killer.wait()
        await asyncio.sleep(ROUND_S)
    return False


def _processes(uid: int, group: int) -> tuple[list[int], list[int]]:
    """The living processes of a uid: those with the group, and the others."""
    ours: list[int] = []
    others: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            if process.stat().st_uid not in (uid, 0):  # root owns the folder of a process that is not dumpable
                continue
            lines = (process / "status").read_text(errors="replace").splitlines()
            said = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
            if str(uid) in said["Uid"] and said["State"][0] not in "ZX":
                (ours if str(group) in said["Groups"] else others).append(int(process.name))
    return ours, others


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
            os.setgroups([confinement.group])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "no_new_privs")
        os.umask(0o077)
        os.chdir(home)
        _speak_into(home / ".tenarai" / "server.log")

    return preexec


def _speak_into(log: Path) -> None:
    """A server writes to a file of its learner's own: what it inherits of the hub's log a kernel inherits, too.

    Called as the learner. Whatever stands there, it must not be waited for.
    """
    try:
        log.parent.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
        output = os.open(log, flags, 0o600)
    except OSError:
        output = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(output, standard)
    os.close(output)
