"""How much of their memory a learner uses, measured against the limit that would stop them.

On one machine the limit is on the address space of each process (RLIMIT_AS), so the process that is nearest to it is
what a learner needs to know about. In a container the limit is on all processes together (cgroup v2).
"""

from __future__ import annotations

import resource
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Resources:
    """Memory in bytes."""

    memory_bytes: int
    memory_limit_bytes: int | None
    #: what the server and its kernels really occupy
    resident_bytes: int

    def as_json(self) -> dict[str, int | None]:
        """As the bridge sends it."""
        return asdict(self)


def measure() -> Resources:
    """Look at this process and all below it."""
    spaces, resident = [0], 0
    server = psutil.Process()
    for process in [server, *server.children(recursive=True)]:
        try:
            memory = process.memory_info()
        except psutil.Error:
            continue  # it ended meanwhile
        resident += memory.rss
        if process != server:
            spaces.append(memory.vms)
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        return Resources(max(spaces), limit, resident)
    in_cgroup = _number(CGROUP / "memory.current"), _number(CGROUP / "memory.max")
    if in_cgroup[0] is not None and in_cgroup[1] is not None:
        return Resources(in_cgroup[0], in_cgroup[1], resident)
    return Resources(resident, None, resident)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
