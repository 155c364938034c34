"""One sandboxed process: started with fewer rights than anybody, ended with all it has started."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from . import seccomp, walls
from .cgroups import Group

_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_LIBC = ctypes.CDLL(None, use_errno=True)
_STARTING_S, _ENDING_S = 10.0, 10.0
_PROBE = ["-c", "import ipykernel, pytest, zmq, tenarai_checks.inside"]
#: beside what the program itself reads and writes
_OUR_FILES = 16


class NoSandbox(Exception):
    """The walls do not stand; nothing was run."""


@dataclass(frozen=True)
class Bounds:
    """What a sandboxed process may use."""

    #: None: this process is not root, and the sandbox has its uid
    uid: int | None
    memory_bytes: int
    processes: int
    open_files: int
    disk_bytes: int
    #: address space of each process
    address_bytes: int
    seconds: float


def sealed(content: bytes) -> int:
    """A descriptor from which this can be read; nobody can write to it, whoever gets hold of it."""
    descriptor = os.memfd_create("tenarai", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with open(descriptor, "wb", closefd=False) as file:
        file.write(content)
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


class Sandboxed:
    """A Python module that runs within walls, with sealed files as its arguments."""

    def __init__(
        self, module: str, files: list[bytes], bounds: Bounds, group: Group | None, folder: str, *, talks: bool = False
    ) -> None:
        """Start it. `talks`: its standard input and output are pipes, else nothing. Without a module it is a probe,
        and its errors are heard."""
        self.group = group
        if _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            raise NoSandbox("orphans cannot be waited for")
        descriptors = [sealed(content) for content in files]
        filtered = sealed(seccomp.program())
        told, tell = os.pipe()
        command = walls.arguments(
            room_bytes=bounds.disk_bytes,
            uid=bounds.uid if bounds.uid is not None else os.getuid(),
            seccomp=filtered,
            info=tell,
            folder=folder,
        )
        program = [sys.executable, "-I", *(["-m", module] if module else _PROBE), *map(str, descriptors)]
        try:
            self.process = subprocess.Popen(
                [*command, "--", *program],
                env=walls.environment(),
                cwd="/",
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else subprocess.DEVNULL,
                stderr=subprocess.DEVNULL if module else subprocess.PIPE,
                pass_fds=[*descriptors, filtered, tell],
                preexec_fn=_confined(bounds, group),  # there is one thread
            )
        except subprocess.SubprocessError as error:
            os.close(told)
            raise NoSandbox(f"a process could not be confined: {error}") from error
        finally:
            for descriptor in (*descriptors, filtered, tell):
                os.close(descriptor)
        self._first = self._hear(told)
        if self._first is None and module:
            self.end()
            raise NoSandbox("bubblewrap cannot build a sandbox here; --can says more")

    def ended(self) -> int:
        """A descriptor that becomes readable when all is over."""
        return os.pidfd_open(self.process.pid)

    def largest_bytes(self) -> int:
        """The most memory that a process had which lives still: what can be told where there is no group."""
        sizes, waiting = [0], [self._first]
        while waiting:
            place = Path(f"/proc/{waiting.pop()}")
            with suppress(OSError, ValueError, IndexError):
                said = (place / "status").read_text().partition("VmHWM:")[2]
                sizes.append(int(said.split()[0]) * 1024)
                waiting += map(int, (place / "task" / place.name / "children").read_text().split())
        return max(sizes)

    def end(self) -> None:
        """End it and all it has started: with the first process of its namespace the kernel ends the others."""
        for number in (self._first, self.process.pid):
            if number is not None and self.process.poll() is None:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(_ENDING_S / 2)
        self.process.wait(_ENDING_S)
        self._wait_for_first()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _wait_for_first(self) -> None:
        """bubblewrap may end before the first process of its namespace, which then is this process's to bury; when that
        is done, nothing of the namespace is left."""
        until = time.monotonic() + _ENDING_S
        while self._first is not None and time.monotonic() < until:
            try:
                if os.waitpid(self._first, os.WNOHANG)[0] != 0:
                    return
            except ChildProcessError:  # bubblewrap buried it
                return
            with suppress(ProcessLookupError):
                os.kill(self._first, signal.SIGKILL)
            time.sleep(0.005)

    def _hear(self, told: int) -> int | None:
        """The first process of the namespace, as bubblewrap names it."""
        said, until = b"", time.monotonic() + _STARTING_S
        with open(told, "rb", buffering=0, closefd=True) as pipe:
            while select.select([pipe], [], [], max(0, until - time.monotonic()))[0]:
                part = pipe.read(4096)
                said += part
                if not part or b"}" in said:
                    break
        with suppress(ValueError, KeyError):
            return int(json.loads(said)["child-pid"])
        return None


def _confined(bounds: Bounds, group: Group | None) -> Callable[[], None]:
    """What to run between fork and exec. It raises rather than start something with more rights than meant."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: bounds.address_bytes,
        resource.RLIMIT_NPROC: bounds.processes,
        resource.RLIMIT_NOFILE: bounds.open_files + _OUR_FILES,
        resource.RLIMIT_FSIZE: bounds.disk_bytes,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        # of each process, should wall time be cheated
        resource.RLIMIT_CPU: int(bounds.seconds) + 60,
    }

    def preexec() -> None:
        if group is not None:
            group.enter()
        for limit, value in limits.items():
            resource.setrlimit(limit, (value, value))
        if bounds.uid is not None:
            os.setgroups([])
            os.setresgid(bounds.uid, bounds.uid, bounds.uid)
            os.setresuid(bounds.uid, bounds.uid, bounds.uid)
        if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "no_new_privs")
        os.umask(0o077)
        # a caller that ignores signals must not pass that on
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return preexec
