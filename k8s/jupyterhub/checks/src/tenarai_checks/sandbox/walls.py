"""What a sandboxed process sees: bubblewrap's arguments.

Nothing is hidden from a view of the system; a view is made of the few things that are needed. That view is read-only
but for one folder of limited size.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

#: the one place that can be written to
ROOM = "/tmp"
#: where the notebook lies, as in the trainee's folder of the course
COURSE = f"{ROOM}/course"
#: semaphores of multiprocessing want it
SHARED_MEMORY_BYTES = 16 * 2**20

_SYSTEM = ("/bin", "/lib", "/lib64", "/sbin")
#: none of them says anything about people
_ETC = ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives")


class NoBubblewrap(Exception):
    """The program is missing."""


def bubblewrap() -> str:
    """Where the program is."""
    found = shutil.which("bwrap")
    if found is None:
        raise NoBubblewrap("bubblewrap is missing: install the package `bubblewrap`")
    return found


def arguments(*, room_bytes: int, uid: int, seccomp: int, info: int, folder: str) -> list[str]:
    """Of bubblewrap, up to the program that is to run."""
    made = [bubblewrap(), "--die-with-parent", "--new-session", "--info-fd", str(info), "--seccomp", str(seccomp)]
    # the network namespace is the runner's own, made for this run; it has no interface that is up
    made += ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup"]
    made += ["--disable-userns", "--uid", str(uid), "--gid", str(uid), "--hostname", "notebook"]
    made += ["--ro-bind", "/usr", "/usr"]
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            made += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            made += ["--ro-bind", str(path), str(path)]
    for name in _ETC:
        made += ["--ro-bind-try", name, name]
    for prefix in _python():
        made += ["--ro-bind", prefix, prefix]
    made += ["--proc", "/proc", "--dev", "/dev"]
    made += ["--perms", "0700", "--size", str(SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm"]
    made += ["--perms", "0700", "--size", str(room_bytes), "--tmpfs", ROOM, "--dir", COURSE]
    made += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", folder]
    return made


def _python() -> list[str]:
    """Folders of this Python and its packages that are not below /usr, outermost first."""
    places = {sys.prefix, sys.base_prefix, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    resolved = {str(Path(place).resolve()) for place in places} | places
    outermost: list[str] = []
    for place in sorted(resolved, key=len):
        if not any(Path(place).is_relative_to(other) for other in ["/usr", *outermost]):
            outermost.append(place)
    return outermost


def environment() -> dict[str, str]:
    """Of both processes: nothing of the caller's, for the first process of a sandbox can be read by all in it."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": f"{ROOM}/home",
        "TMPDIR": ROOM,
        "LANG": "C.UTF-8",
        "TZ": "Asia/Tokyo",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PIP_NO_INDEX": "1",
        # threads count as processes, and each reserves address space
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
