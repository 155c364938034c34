"""One run: two sandboxes, one for the kernel and one for the checks, and a watch over both."""

from __future__ import annotations

import base64
import json
import os
import secrets
import select
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from .inside import checker, kernel
from .inside.words import Words
from .job import Job, Limits
from .result import Seen, Told, assemble
from .sandbox import cgroups, network, uids
from .sandbox.process import Bounds, NoSandbox, Sandboxed
from .sandbox.walls import COURSE, ROOM

#: what the checks process may take beyond the limit before it is ended
GRACE_S = 8.0
PROBE_S = 30.0
#: authors' checks and what they import; the address space ends first, so that a check fails and the next goes on
CHECKS_MEMORY = 1536 * 2**20
CHECKS_ADDRESSES = 1024 * 2**20
CHECKS_PROCESSES = 32
CHECKS_DISK = 64 * 2**20
#: what the checks process may tell
MAX_TOLD = 8 * 2**20
#: reserved and never used: libraries take far more address space than memory
ADDRESS_SPACE = 2**30
#: the processes of bubblewrap itself
WALLS = 3


class CutOff(Exception):
    """Nobody waits for the result any more."""


def run(job: Job, tie: int | None = None) -> dict[str, object]:
    """Check one submission. Raises NoSandbox when it cannot be done within walls, and CutOff when whoever wants the
    result is gone: the other end of `tie`, a descriptor, is closed then."""
    began = time.monotonic()
    told = Told()
    if job.submission is None:
        told.unreadable = True
        return assemble(job.tests, Words(job.locale), told, Seen(time.monotonic() - began, 0, False, False, False))
    connection = {
        "transport": "ipc", "ip": f"@tenarai-{secrets.token_hex(8)}", "key": secrets.token_hex(32),
        "signature_scheme": "hmac-sha256", "kernel_name": "python3",
        **{f"{port}_port": number for number, port in enumerate(("shell", "iopub", "stdin", "control", "hb"), 1)},
    }  # fmt: skip
    limits = job.limits
    order = {
        "connection": connection,
        "tests": job.tests,
        "locale": job.locale,
        "seconds": limits.seconds,
        "test_seconds": limits.test_seconds,
        "output_kb": limits.output_kb,
        **{name: base64.b64encode(getattr(job, name)).decode() for name in ("submission", "handout", "checks")},
    }
    with _places() as (kernel_uid, checks_uid, hierarchy), ExitStack() as stack:
        bounds = _kernel_bounds(limits, kernel_uid, len(job.data), hierarchy)
        notebook = _start(
            stack, hierarchy, "kernel", kernel.__name__, [json.dumps(connection).encode(), job.data], bounds, COURSE
        )
        bounds = _checks_bounds(limits, checks_uid)
        checks = _start(
            stack, hierarchy, "checks", checker.__name__, [json.dumps(order).encode()], bounds, ROOM, talks=True
        )
        kernel_died, overdue = _watch(notebook, checks, told, began + limits.seconds + GRACE_S, tie)
        largest = notebook.largest_bytes()
        notebook.end()
        checks.end()
        peak = notebook.group.peak_bytes() if notebook.group else largest
        if not told.ready or (told.read and not told.began):
            # no line of the submission has run, so that this says nothing of it
            raise NoSandbox("nothing could be started within the sandbox and its limits; --can says more")
        return assemble(
            job.tests,
            Words(job.locale),
            told,
            Seen(
                seconds=time.monotonic() - began,
                peak_memory_mb=round((peak or 0) / 2**20),
                kernel_died=kernel_died,
                killed_for_memory=notebook.group is not None and notebook.group.killed_for_memory(),
                overdue=overdue,
            ),
        )


def probe() -> str:
    """Whether walls can be built here: what kind, or NoSandbox."""
    with _places() as (uid, _, hierarchy), ExitStack() as stack:
        bounds = _checks_bounds(Limits(), uid)
        tried = _start(stack, hierarchy, "probe", "", [], bounds, ROOM)
        said = tried.process.communicate(timeout=PROBE_S)[1].decode(errors="replace").strip()
        if tried.process.returncode != 0:
            raise NoSandbox(f"no sandbox can be built here: {said or 'bubblewrap gives no reason'}")
    own = "a uid of its own for each process" if uid is not None else "not root: all processes share this uid"
    memory = f"memory by cgroup version {hierarchy.version}" if hierarchy else "memory by process (no cgroup to write)"
    return f"checks can run here: {own}; {memory}"


@contextmanager
def _places() -> Iterator[tuple[int | None, int | None, cgroups.Hierarchy | None]]:
    """Leave the network; uids for the two processes, and where groups can be made."""
    with ExitStack() as stack:
        pair: tuple[int | None, int | None] = (None, None)
        if os.getuid() == 0:
            pair = stack.enter_context(uids.pair())
        hierarchy = cgroups.find()
        if hierarchy is not None:
            cgroups.sweep(hierarchy)
        network.leave()
        yield *pair, hierarchy


def _start(
    stack: ExitStack,
    hierarchy: cgroups.Hierarchy | None,
    name: str,
    module: str,
    files: list[bytes],
    bounds: Bounds,
    folder: str,
    *,
    talks: bool = False,
) -> Sandboxed:
    """A sandboxed process that is gone, with its group, when the stack is unwound."""
    group = None
    if hierarchy is not None:
        group = cgroups.Group(hierarchy, cgroups.name_of(name), bounds.memory_bytes, bounds.processes)
        stack.callback(group.remove)
    started = Sandboxed(module, files, bounds, group, folder, talks=talks)
    stack.callback(started.end)
    return started


def _kernel_bounds(limits: Limits, uid: int | None, data: int, hierarchy: cgroups.Hierarchy | None) -> Bounds:
    memory = limits.memory_mb * 2**20
    return Bounds(
        uid=uid,
        memory_bytes=memory,
        processes=limits.processes + WALLS,
        open_files=limits.open_files,
        # the course's data lies there, too
        disk_bytes=limits.disk_mb * 2**20 + data,
        # where the group counts what is really used, this only makes of a huge wish a MemoryError
        address_bytes=memory + ADDRESS_SPACE if hierarchy else memory,
        seconds=limits.seconds,
    )


def _checks_bounds(limits: Limits, uid: int | None) -> Bounds:
    return Bounds(
        uid=uid,
        memory_bytes=CHECKS_MEMORY,
        processes=CHECKS_PROCESSES + WALLS,
        open_files=256,
        disk_bytes=CHECKS_DISK,
        address_bytes=CHECKS_ADDRESSES,
        seconds=limits.seconds,
    )


def _watch(notebook: Sandboxed, checks: Sandboxed, told: Told, until: float, tie: int | None) -> tuple[bool, bool]:
    """Listen to the checks until they end. Whether the kernel died, and whether the time was over first."""
    kernel_ended, stdin, stdout = notebook.ended(), checks.process.stdin, checks.process.stdout
    if stdin is None or stdout is None:
        raise NoSandbox("the checks process has no pipes")
    lines, heard, kernel_died = b"", 0, False
    watched = {stdout.fileno(), kernel_ended} | ({tie} if tie is not None else set())
    try:
        while True:
            left = until - time.monotonic()
            ready = select.select(watched, [], [], left)[0] if left > 0 else []
            if not ready:
                return kernel_died, True
            if tie in ready and not os.read(tie, 1):
                raise CutOff
            if stdout.fileno() in ready:
                part = os.read(stdout.fileno(), 65536)
                heard += len(part)
                if not part or heard > MAX_TOLD:
                    return kernel_died, False
                *whole, lines = (lines + part).split(b"\n")
                for line in whole:
                    with suppress(ValueError, KeyError, TypeError):
                        told.take(json.loads(line))
            elif kernel_ended in ready:
                kernel_died = True
                watched.discard(kernel_ended)
                stdin.close()  # that is how the checks learn it
    finally:
        os.close(kernel_ended)
