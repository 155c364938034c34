"""Who may run checks, where they are refused, and what becomes of a run whose runner is ended."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checks_job import SHOW, Desk, all_groups, cell, leaving_nothing, notebook, processes, start
from tenarai_checks.sandbox import cgroups

pytestmark = pytest.mark.usefixtures("alone")

NOBODY = 65_534
#: who is not root
SOMEBODY: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
BUSY = notebook(cell("one", "import os, time\nif os.fork() == 0:\n    os.setsid()\nwhile True: time.sleep(1)"))


@pytest.fixture
def open_desk() -> Iterator[Desk]:
    """A place that somebody else than root can own."""
    with tempfile.TemporaryDirectory(prefix="tenarai-checks-test-") as name:
        Path(name).chmod(0o755)
        yield Desk(Path(name) / "job")


def _given_away(folder: Path) -> Path:
    """To somebody who is not root."""
    for path in (folder.parent, folder, *folder.rglob("*")):
        if SOMEBODY:
            os.chown(path, NOBODY, NOBODY)
    return folder


def can(*before: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-m", "tenarai_checks", "--can"]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **options)


def test_it_says_in_one_line_that_checks_can_run() -> None:
    said = can()
    assert (said.returncode, said.stderr, said.stdout.count("\n")) == (0, "", 1)
    assert said.stdout.startswith("checks can run here: ")
    assert processes() == []


def test_without_bubblewrap_it_refuses_and_runs_nothing(desk: Desk) -> None:
    own = notebook(cell("one", "open('/tmp/ran', 'w')"))
    folder = desk.lay_out(own, own)
    with leaving_nothing(folder):
        for said in (start(folder, env={"PATH": "/nowhere"}), can(env={"PATH": "/nowhere"})):
            assert said.returncode == 1
            assert said.stdout == ""
            assert said.stderr == "tenarai-checks: bubblewrap is missing: install the package `bubblewrap`\n"


def test_where_namespaces_are_forbidden_it_refuses_and_runs_nothing(open_desk: Desk) -> None:
    own = notebook(cell("one", "open('/tmp/ran', 'w')"))
    folder = _given_away(open_desk.lay_out(own, own))
    # a user namespace of its own in which no further one may be made, as on a machine that forbids them
    forbidding = ("unshare", "--user", "--map-current-user", "--keep-caps", "--", "sh", "-c",
                  'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps -all "$@"', "sh")  # fmt: skip
    said = can(*forbidding, **SOMEBODY)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert "no network namespace can be made" in said.stderr
    command = [*forbidding, sys.executable, "-m", "tenarai_checks", str(folder)]
    with leaving_nothing(folder):
        said = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **SOMEBODY)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)


def test_limits_in_which_no_kernel_can_start_are_no_result_of_the_submission(desk: Desk) -> None:
    own = notebook(cell("one", "a = 1"))
    folder = desk.lay_out(own, own, memory_mb=8)
    with leaving_nothing(folder):
        said = start(folder)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)


def test_a_folder_that_is_no_job_is_refused_in_one_line(desk: Desk) -> None:
    job: Any
    own = notebook(cell("one", "a = 1"))
    folder = desk.lay_out(own, own)
    for job in ({"format": 2}, {"format": 1, "tests": "all"}, {"format": 1, "tests": ["no name"]},
                {"format": 1, "tests": [], "limits": {"seconds": -1}}, {"format": 1, "tests": [], "limits": {"cpu": 1}}, []):  # fmt: skip
        (folder / "job.json").write_text(json.dumps(job))
        said = start(folder)
        assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert start(folder / "nowhere").returncode == 1


def test_somebody_who_is_not_root_has_the_same_walls(open_desk: Desk) -> None:
    source = f"""
import glob, os
seen = {{"uid": os.getuid(), "processes": len(glob.glob("/proc/[0-9]*")), "cap": "", "job": 0, "data": os.listdir("data")}}
for line in open("/proc/self/status"):
    if line.startswith("CapEff"): seen["cap"] = line.split()[1].strip("0")
for path in ("/etc/shadow", "/home", "/root", "/var", {str(open_desk.folder)!r}):
    seen["job"] += os.path.exists(path)
"""
    own = notebook(cell("one", source))
    said = start(_given_away(open_desk.lay_out(own, own, SHOW)), **SOMEBODY)
    assert (said.returncode, said.stderr) == (0, "")
    result = json.loads(said.stdout)
    assert result["status"] == "finished"
    assert result["peak_memory_mb"] > 20
    assert json.loads(result["tests"]["test_show"]["message"]) == {
        "uid": SOMEBODY.get("user", os.getuid()), "processes": 2, "cap": "", "job": 0, "data": ["rent.csv"],
    }  # fmt: skip
    assert can(**SOMEBODY).stdout.startswith("checks can run here: not root")


def test_without_a_cgroup_a_process_that_wants_too_much_gets_a_memory_error(open_desk: Desk) -> None:
    own = notebook(cell("one", "hoard = []\nwhile True: hoard.append(bytearray(2**20))"))
    folder = open_desk.lay_out(own, own, memory_mb=512)
    # the groups of this machine are root's
    said = start(_given_away(folder), **SOMEBODY)
    result = json.loads(said.stdout)
    assert (result["status"], result["execution"]["error_name"]) == ("finished", "MemoryError")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_whose_runner_is_ended_ends_with_it(desk: Desk, number: signal.Signals) -> None:
    folder, groups = desk.lay_out(BUSY, BUSY), all_groups()
    command = [sys.executable, "-m", "tenarai_checks", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/") as runner:
        watched = os.pidfd_open(runner.pid)
        # bubblewrap, the first process, the kernel and its child
        _until(lambda: len(processes()) >= 7 or bool(select.select([watched], [], [], 0)[0]))
        assert runner.poll() is None
        runner.send_signal(number)
        runner.wait()
        os.close(watched)
    _until(lambda: processes() == [])
    if number == signal.SIGKILL:  # nobody was there to clean up: the next run does
        assert can().returncode == 0
    assert all_groups() <= groups


def test_a_tied_run_ends_with_whoever_started_it(desk: Desk) -> None:
    folder = desk.lay_out(BUSY, BUSY)
    command = [sys.executable, "-m", "tenarai_checks", str(folder), "--tied"]
    with (
        leaving_nothing(folder),
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/"
        ) as runner,
    ):
        watched = os.pidfd_open(runner.pid)
        _until(lambda: len(processes()) >= 7 or bool(select.select([watched], [], [], 0)[0]))
        os.close(watched)
        assert runner.poll() is None
        said, why = runner.communicate()  # which closes its standard input, as the end of this process would
        assert (runner.returncode, said) == (1, b"")
        assert why == b"tenarai-checks: whoever started this run is gone\n"


def test_two_runs_at_once_never_share_a_uid(desk: Desk) -> None:
    other = Desk(desk.folder.with_name("other"))
    own = notebook(cell("one", "import os\nseen = os.getuid()"))
    uids = set()
    with (
        subprocess.Popen(
            [sys.executable, "-m", "tenarai_checks", str(desk.lay_out(BUSY, BUSY, seconds=30))],
            stdout=subprocess.PIPE, cwd="/",
        ) as first,
    ):  # fmt: skip
        _until(lambda: len(processes()) >= 7)
        uids = {Path(f"/proc/{number}").stat().st_uid for number in processes()}
        said = start(other.lay_out(own, own, SHOW))
        first.terminate()
        first.wait()
    seen = int(json.loads(said.stdout)["tests"]["test_show"]["message"])
    assert seen not in uids
    _until(lambda: processes() == [])


def _until(reached: object) -> None:
    """Wait for what comes without a message; a minute is for a machine that stands still."""
    end = time.monotonic() + 60
    while not reached():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


# --- cgroups: this machine has one version, so both are tried on a folder ---------------------------------------


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def test_groups_of_version_2_are_made_where_memory_may_be_limited(tmp_path: Path) -> None:
    root = _write(tmp_path, {
        "proc/self/cgroup": "0::/system.slice/tenarai.service\n",
        "sys/fs/cgroup/cgroup.controllers": "cpu memory pids\n",
        "sys/fs/cgroup/cgroup.subtree_control": "cpu\n",
        "sys/fs/cgroup/system.slice/tenarai.service/cgroup.controllers": "memory pids\n",
        "sys/fs/cgroup/system.slice/tenarai.service/cgroup.subtree_control": "memory pids\n",
    })  # fmt: skip
    found = cgroups.find(root)
    own = root / "sys/fs/cgroup/system.slice/tenarai.service"
    assert found == cgroups.Hierarchy(2, {"memory": own})
    group = own / "tenarai-checks-1-kernel"
    _write(group, {"pids.max": "max", "memory.swap.max": "max"})
    made = cgroups.Group(found, group.name, 5 * 2**20, 64)
    assert (group / "memory.max").read_text() == str(5 * 2**20)
    assert (group / "pids.max").read_text() == "64"
    assert (group / "memory.swap.max").read_text() == "0"
    _write(group, {"memory.peak": "1048576\n", "memory.events": "low 0\noom 3\noom_kill 0\n"})
    assert (made.peak_bytes(), made.killed_for_memory()) == (2**20, False)
    _write(group, {"memory.events": "low 0\noom 3\noom_kill 2\n"})
    assert made.killed_for_memory()


def test_where_no_group_can_be_made_there_is_none(tmp_path: Path) -> None:
    assert cgroups.find(_write(tmp_path / "none", {"proc/self/cgroup": "0::/\n"})) is None
    only_pids = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cgroup.controllers": "pids\n",
                 "sys/fs/cgroup/cgroup.subtree_control": ""}  # fmt: skip
    assert cgroups.find(_write(tmp_path / "pids", only_pids)) is None


def test_version_1_in_a_container_uses_what_is_mounted(tmp_path: Path) -> None:
    root = _write(tmp_path, {
        "proc/self/cgroup": "4:memory:/docker/abc\n3:pids:/docker/abc\n",
        "sys/fs/cgroup/memory/cgroup.procs": "", "sys/fs/cgroup/pids/cgroup.procs": "",
    })  # fmt: skip
    mounted = root / "sys/fs/cgroup"
    assert cgroups.find(root) == cgroups.Hierarchy(1, {"memory": mounted / "memory", "pids": mounted / "pids"})


def test_the_program_is_the_one_of_the_path() -> None:
    assert shutil.which("bwrap"), "the tests need bubblewrap; ci/setup.sh installs it"


def test_a_run_keeps_its_groups_while_others_begin(tmp_path: Path) -> None:
    """A group is empty before its first process and after its last, and says then what the run took."""
    place = cgroups.Hierarchy(2, {"memory": tmp_path})
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    names = [cgroups.name_of("kernel"), f"{cgroups.PREFIX}{os.getppid()}-checks", f"{cgroups.PREFIX}{ended.pid}-kernel"]
    for name in names:
        (tmp_path / name).mkdir()
    cgroups.sweep(place)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[:2])
