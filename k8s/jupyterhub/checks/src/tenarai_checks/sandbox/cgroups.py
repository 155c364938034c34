"""A limit of memory and processes for all that a sandbox runs, where cgroups (of either version) can be written.

Elsewhere there is `RLIMIT_AS`, which counts for each process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PREFIX = "tenarai-checks-"
#: the first is needed; the last makes all processes of a run count as one when others want the processor
CONTROLLERS = ("memory", "pids", "cpu")
_ROUNDS, _ROUND_S = 100, 0.01


@dataclass(frozen=True)
class Hierarchy:
    """A place where groups can be made."""

    version: int
    #: controller -> folder in which groups are made
    folders: dict[str, Path]


class Group:
    """The processes of one sandbox."""

    def __init__(self, hierarchy: Hierarchy, name: str, memory_bytes: int, processes: int) -> None:
        """Make the group, or raise OSError and leave nothing."""
        self._version = hierarchy.version
        self._folders = {kind: folder / name for kind, folder in hierarchy.folders.items()}
        limits = _limits(hierarchy.version, memory_bytes, processes)
        try:
            for kind, folder in self._folders.items():
                folder.mkdir(exist_ok=True)
                for file, value, needed in limits[kind]:
                    if needed or (folder / file).exists():
                        (folder / file).write_text(str(value))
        except OSError:
            self.remove()
            raise

    def enter(self) -> None:
        """Put this process in; what it starts will be there, too."""
        for folder in self._folders.values():
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    def peak_bytes(self) -> int | None:
        """The most memory that was in use at once."""
        file = "memory.max_usage_in_bytes" if self._version == 1 else "memory.peak"
        with suppress(OSError, ValueError):
            return int((self._folders["memory"] / file).read_text())
        return None

    def killed_for_memory(self) -> bool:
        """Whether the kernel ended a process because the group wanted more than it may have."""
        file = "memory.oom_control" if self._version == 1 else "memory.events"
        with suppress(OSError, ValueError):
            for line in (self._folders["memory"] / file).read_text().splitlines():
                name, _, number = line.partition(" ")
                if name == "oom_kill" and int(number) > 0:
                    return True
        return False

    def remove(self) -> None:
        """Away with it; its processes have ended."""
        for folder in set(self._folders.values()):
            for _ in range(_ROUNDS):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:  # the last process is about to leave
                    time.sleep(_ROUND_S)
                else:
                    break


def _limits(version: int, memory: int, processes: int) -> dict[str, list[tuple[str, int, bool]]]:
    """Controller -> (file, value, whether it must be there)."""
    if version == 1:
        return {
            "memory": [
                ("memory.limit_in_bytes", memory, True),
                ("memory.memsw.limit_in_bytes", memory, False),
                ("memory.swappiness", 0, False),
            ],
            "pids": [("pids.max", processes, True)],
            "cpu": [("cpu.shares", 1024, True)],
        }
    return {
        "memory": [
            ("memory.max", memory, True),
            ("memory.swap.max", 0, False),
            ("pids.max", processes, False),
        ]
    }


def find(root: Path = Path("/")) -> Hierarchy | None:
    """Where this process may make groups; `root` is for tests."""
    own = _own(root)
    return _version_1(root, own) or _version_2(root, own)


def name_of(what: str) -> str:
    """A group's name says which runner has it."""
    return f"{PREFIX}{os.getpid()}-{what}"


def sweep(hierarchy: Hierarchy) -> None:
    """Remove what runs left that were killed. A living runner's group may be empty, and is removed by nobody else."""
    for folder in set(hierarchy.folders.values()):
        for group in folder.glob(f"{PREFIX}*"):
            runner = group.name.removeprefix(PREFIX).partition("-")[0]
            if not Path(f"/proc/{runner}").exists():
                with suppress(OSError):
                    group.rmdir()


def _own(root: Path) -> dict[str, str]:
    """Controller (empty: version 2) -> path of this process's own group."""
    own = {}
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for controller in controllers.split(","):
                own[controller] = path.lstrip("/")
    return own


def _version_1(root: Path, own: dict[str, str]) -> Hierarchy | None:
    folders = {}
    for controller in CONTROLLERS:
        mount = root / "sys/fs/cgroup" / controller
        if controller in own and (mount / "cgroup.procs").exists():
            # within a container the path may be one of the host's, and the mount shows the container's own
            path = mount / own[controller]
            folders[controller] = path if path.is_dir() else mount
    if "memory" in folders and all(os.access(folder, os.W_OK) for folder in folders.values()):
        return Hierarchy(1, folders)
    return None


def _version_2(root: Path, own: dict[str, str]) -> Hierarchy | None:
    for folder in _candidates(root / "sys/fs/cgroup", own.get("")):
        with suppress(OSError):
            control = folder / "cgroup.subtree_control"
            offered = (folder / "cgroup.controllers").read_text().split()
            if "memory" in offered and "memory" not in control.read_text().split():
                wanted = [name for name in CONTROLLERS if name in offered]
                control.write_text(" ".join(f"+{name}" for name in wanted))
            if "memory" in control.read_text().split() and os.access(folder, os.W_OK):
                return Hierarchy(2, {"memory": folder})
    return None


def _candidates(mount: Path, own: str | None) -> Iterator[Path]:
    """A group with processes of its own takes no limited groups beneath, unless it is the topmost."""
    if own is not None and (mount / "cgroup.controllers").exists():
        yield mount / own
        yield mount
