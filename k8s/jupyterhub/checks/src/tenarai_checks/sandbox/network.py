"""A network namespace for a run: nothing reaches out of it, and nothing in. Its loopback is down.

The runner itself enters, before it starts the two processes: what they share are sockets in the abstract namespace.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def leave() -> None:
    """Leave the machine's network. Who is not root needs a user namespace for it, as itself."""
    uid, gid = os.getuid(), os.getgid()
    wanted = _CLONE_NEWNET if uid == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    if _LIBC.unshare(wanted) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"no network namespace can be made: {os.strerror(number)}")
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
