"""A filter of system calls: what neither a notebook nor a check needs, and what has let people out of sandboxes.

Namespaces cannot be made or entered (so no mounts beside the limited ones), nobody is traced, keys of the kernel are
out of reach, and sockets are of the families that a network namespace separates: AF_VSOCK, for one, would reach the
host of a virtual machine.
"""

from __future__ import annotations

import errno
import platform
import struct

_LOAD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NR, _ARCH, _ARG0 = 0, 4, 16
_NEW_NAMESPACES = 0x7E020000
_X32 = 0x40000000
#: AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
_FAMILIES = (1, 2, 10, 16)

_SAME = {
    "pidfd_getfd": 438, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "mount_setattr": 442,
}  # fmt: skip
_MACHINES = {
    "x86_64": (0xC000003E, {"clone": 56, "clone3": 435, "socket": 41}, {
        "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308, "ptrace": 101,
        "process_vm_readv": 310, "process_vm_writev": 311, "keyctl": 250, "add_key": 248, "request_key": 249,
        "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "kexec_load": 246, "kexec_file_load": 320,
        "init_module": 175, "finit_module": 313, "delete_module": 176, "name_to_handle_at": 303,
        "open_by_handle_at": 304, "kcmp": 312, "syslog": 103, **_SAME,
    }),
    "aarch64": (0xC00000B7, {"clone": 220, "clone3": 435, "socket": 198}, {
        "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268, "ptrace": 117,
        "process_vm_readv": 270, "process_vm_writev": 271, "keyctl": 219, "add_key": 217, "request_key": 218,
        "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "kexec_load": 104, "kexec_file_load": 294,
        "init_module": 105, "finit_module": 273, "delete_module": 106, "name_to_handle_at": 264,
        "open_by_handle_at": 265, "kcmp": 272, "syslog": 116, **_SAME,
    }),
}  # fmt: skip


class UnknownMachine(Exception):
    """No filter is known for this kind of machine."""


def program(machine: str | None = None) -> bytes:
    """The filter as bubblewrap takes it."""
    name = machine or platform.machine()
    if name not in _MACHINES:
        raise UnknownMachine(f"no filter of system calls is known for {name}")
    arch, special, forbidden = _MACHINES[name]
    lines = [
        _line(_LOAD, _ARCH),
        _line(_JEQ, arch, 1, 0),
        _line(_RET, _KILL),
        _line(_LOAD, _NR),
        _line(_JGE, _X32, 0, 1),
        _line(_RET, _KILL),
    ]
    for number in forbidden.values():
        lines += [_line(_JEQ, number, 0, 1), _line(_RET, _ERRNO | errno.EPERM)]
    # its flags lie in memory, where no filter looks; the library falls back to clone
    lines += [_line(_JEQ, special["clone3"], 0, 1), _line(_RET, _ERRNO | errno.ENOSYS)]
    lines += [
        _line(_JEQ, special["clone"], 0, 4),
        _line(_LOAD, _ARG0),
        _line(_JSET, _NEW_NAMESPACES, 0, 1),
        _line(_RET, _ERRNO | errno.EPERM),
        _line(_RET, _ALLOW),
    ]
    lines += [_line(_JEQ, special["socket"], 0, 2 + len(_FAMILIES)), _line(_LOAD, _ARG0)]
    for at, family in enumerate(_FAMILIES):
        lines.append(_line(_JEQ, family, len(_FAMILIES) - at, 0))
    lines += [_line(_RET, _ERRNO | errno.EAFNOSUPPORT), _line(_RET, _ALLOW)]
    return b"".join(lines)


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
