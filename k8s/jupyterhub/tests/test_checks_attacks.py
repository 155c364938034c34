"""Hostile submissions: each ends in a clear result and leaves nothing (`checks_job.py` looks after every run)."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from checks_job import ANSWER, CHECK, Desk, cell, notebook, outcome, start
from tenarai_checks.sandbox import cgroups

pytestmark = pytest.mark.usefixtures("alone")


# --- using up the machine ---------------------------------------------------------------------------------------


def test_a_fork_bomb_hits_its_limit_and_ends_with_the_run(desk: Desk) -> None:
    source = """
import os, time
started, refused = 0, ""
try:
    while True:
        if os.fork() == 0:
            os.setsid()
            while True:
                try: os.fork()
                except OSError: time.sleep(0.1)
        started += 1
except OSError as error:
    refused = type(error).__name__
"""
    checks = """
def test_refused(nb): assert nb["refused"] == "BlockingIOError"
def test_few(nb): assert nb["started"] < 64
"""
    assert outcome(desk.run_cells(source, checks=checks, processes=64)) == (
        "finished", "ok", {"test_refused": "passed", "test_few": "passed"},
    )  # fmt: skip


def test_daemons_that_ignore_every_signal_end_with_the_run(desk: Desk) -> None:
    source = """
import os, signal, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        if os.fork(): os._exit(0)
        while True: time.sleep(1)
"""
    assert outcome(desk.run_cells(source))[0] == "finished"


def test_endless_output_ends_its_cell_and_is_not_kept(desk: Desk) -> None:
    checks = """
def test_after(nb): assert nb["after"] == 1
def test_kept(nb): assert len(nb.output("c1")) <= 64 * 1024
"""
    result = desk.run_cells("while True: print('x' * 1000)", "after = 1", checks=checks, output_kb=64)
    assert outcome(result) == ("finished", "failed", {"test_after": "passed", "test_kept": "passed"})
    assert (result["execution"]["cell"], result["execution"]["error_name"]) == ("c1", "OutputLimit")


def test_a_cell_that_prints_much_takes_no_others_room(desk: Desk) -> None:
    checks = """
def test_much(nb): assert len(nb.output("c1")) == 64 * 1024
def test_little(nb): assert nb.output("c2") == "42\\n"
"""
    result = desk.run_cells("print('x' * 100_000)", "print(42)", checks=checks, output_kb=64)
    assert outcome(result) == ("finished", "ok", {"test_much": "passed", "test_little": "passed"})


def test_one_output_as_large_as_memory_does_not_reach_the_checks(desk: Desk) -> None:
    result = desk.run_cells("print('x' * (200 * 2**20))", "after = 1", seconds=20)
    assert result["status"] in ("finished", "timed_out", "out_of_memory")


def test_outputs_that_are_just_not_too_large_do_not_fill_the_checks(desk: Desk) -> None:
    result = desk.run_cells("while True: print('x' * (15 * 2**20))", seconds=20)
    assert result["status"] in ("finished", "timed_out", "out_of_memory", "crashed")


def test_an_endless_loop_that_cannot_be_interrupted_ends_with_the_time(desk: Desk) -> None:
    source = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass"
    result = desk.run_cells(source, checks="def test_answer(nb): nb['answer']", seconds=12)
    assert outcome(result) == ("timed_out", "timed_out", {"test_answer": "not_run"})


def test_a_huge_wish_of_memory_is_an_error_of_its_cell(desk: Desk) -> None:
    result = desk.run_cells("hoard = bytearray(10 * 2**30)", "after = 1", checks="def test_after(nb): nb['after']")
    assert outcome(result) == ("finished", "failed", {"test_after": "passed"})
    assert result["execution"]["error_name"] == "MemoryError"


def test_memory_taken_bit_by_bit_and_by_many_ends_the_kernel(desk: Desk) -> None:
    source = """
import os
if MANY:
    for _ in range(8):
        if os.fork() == 0: break
hoard = []
while True: hoard.append(os.urandom(2**20))
"""
    for many in ("True", "False"):
        after = "def test_after(nb): nb['after']"
        result = desk.run_cells(source.replace("MANY", many), checks=after, memory_mb=512)
        assert result["peak_memory_mb"] <= 512
        if cgroups.find() is None:
            assert result["execution"]["error_name"] == "MemoryError"
        elif many == "False":
            assert outcome(result) == ("out_of_memory", "died", {"test_after": "not_run"})
        else:  # the one that is ended may be a child
            assert result["status"] in ("out_of_memory", "timed_out")


def test_memory_in_files_and_shared_memory_counts_too(desk: Desk) -> None:
    source = """
import os
refused, hold = 0, []
for at in range(64):
    try:
        memory = os.memfd_create(str(at))
        hold.append(memory)
        os.posix_fallocate(memory, 0, 32 * 2**20)
    except OSError:
        refused += 1
"""
    result = desk.run_cells(source, memory_mb=512)
    assert result["status"] in ("out_of_memory", "finished")
    assert result["peak_memory_mb"] <= 512


def test_a_full_disk_and_many_files_are_errors_of_their_cells(desk: Desk) -> None:
    full = """
seen = {}
try:
    for at in range(100):
        with open(f"/tmp/big{at}", "wb") as file: file.write(bytes(2**20))
except OSError as error:
    seen["full"] = error.strerror
import glob, os
seen["written"] = sum(os.path.getsize(name) for name in glob.glob("/tmp/big*")) // 2**20
for name in glob.glob("/tmp/big*"): os.unlink(name)
try:
    open("/tmp/one", "wb").truncate(2**40)
except OSError as error:
    seen["sparse"] = error.strerror
held = []
try:
    while True: held.append(open("/dev/null"))
except OSError as error:
    seen["open"] = error.strerror
for file in held: file.close()
"""
    assert desk.look(full, disk_mb=16, open_files=128) == {
        "full": "No space left on device", "written": 15, "sparse": "File too large", "open": "Too many open files",
    }  # fmt: skip
    many = "for at in range(50_000):\n    with open(f'/tmp/f{at}', 'w'): pass"
    assert desk.run_cells(many, disk_mb=16)["status"] in ("finished", "out_of_memory")


# --- looking around and reaching out ---------------------------------------------------------------------------


def test_nothing_of_the_machine_is_in_view(desk: Desk, tmp_path: Path) -> None:
    os.environ["TENARAI_SECRET"] = ANSWER
    (tmp_path / "secret").write_text(ANSWER)
    source = f"""
import glob, os, pathlib
seen = {{}}
for path in ("/etc/shadow", "/etc/passwd", "/root", "/home", "/var", "/sys", "/run", "/proc/kcore",
             "{tmp_path}", "{desk.folder}", "{desk.folder}/checks.py", "/proc/1/root{desk.folder}", "/proc/self/root/etc/shadow"):
    try:
        seen[path] = os.listdir(path) if os.path.isdir(path) else len(open(path, "rb").read(1))
    except OSError as error:
        seen[path] = error.strerror
seen["etc"] = sorted(os.listdir("/etc"))
seen["processes"] = len(glob.glob("/proc/[0-9]*"))
secrets = []
for path in glob.glob("/proc/[0-9]*/*") + glob.glob("/proc/[0-9]*/fd/*"):
    if path.rsplit("/")[-1] in ("pagemap", "kmsg", "mem", "clear_refs"): continue
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            if {ANSWER[::-1]!r}[::-1].encode() in (file.read(2**20) or b""): secrets.append(path)
    except OSError: pass
seen["secrets"] = [path for path in secrets if f"/{{os.getpid()}}/" not in path]
seen["work"] = sorted(str(path) for path in pathlib.Path(".").rglob("*"))
"""
    try:
        seen = desk.look(source)
    finally:
        del os.environ["TENARAI_SECRET"]
    work, etc, number, secrets = (seen.pop(name) for name in ("work", "etc", "processes", "secrets"))
    assert work == ["data", "data/rent.csv"]
    assert set(etc) <= {"ld.so.cache", "localtime", "fonts", "alternatives"}
    assert number == 2  # bubblewrap's and the kernel
    assert secrets == []
    assert {said for path, said in seen.items()} <= {"No such file or directory", "Permission denied"}, seen


def test_a_submission_has_no_way_to_the_checks(desk: Desk) -> None:
    source = """
import gc, glob, os, sys
answer = ""
for path in [*glob.glob("/tmp/**", recursive=True), *glob.glob("/proc/*/fd/*"), *glob.glob("/dev/fd/*")]:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            text = (file.read(100_000) or b"").decode(errors="replace")
        if "test_answer" in text and "assert" in text: answer = text
    except OSError: pass
modules = [name for name in sys.modules if "pytest" in name or "testing" in name and "tenarai" in name]
for thing in gc.get_objects():
    if type(thing) is str and "def test_answer" in thing: answer = thing
"""
    result = desk.run_cells(source, checks=CHECK + "\ndef test_modules(nb): assert nb['modules'] == []")
    assert outcome(result) == ("finished", "ok", {"test_answer": "failed", "test_modules": "passed"})


def test_the_processes_are_nobody_and_can_become_nothing(desk: Desk) -> None:
    source = """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def tried(call):
    try:
        return "done" if call() != -1 else os.strerror(ctypes.get_errno())
    except OSError as error:
        return error.strerror
def family(number):
    socket.socket(number, socket.SOCK_DGRAM if number != 40 else socket.SOCK_STREAM).close()
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
seen = {
    "capabilities": {name: int(value, 16) for name, value in status.items() if name.startswith("Cap")},
    "groups": status["Groups"].strip(), "no_new_privs": status["NoNewPrivs"], "seccomp": status["Seccomp"],
    "user": os.getuid() >= 1_900_000_000,
    "user namespace": tried(lambda: libc.unshare(0x10000000)), "mounts": tried(lambda: libc.unshare(0x20000)),
    "mount": tried(lambda: libc.mount(b"x", b"/tmp", b"tmpfs", 0, None)), "chroot": tried(lambda: os.chroot("/tmp")),
    "trace": tried(lambda: libc.ptrace(16, 1, 0, 0)), "keys": tried(lambda: libc.syscall(250, 0, -3, 1)),
    "uid": tried(lambda: os.setuid(0)), "vsock": tried(lambda: family(40)), "packet": tried(lambda: family(17)),
    "write /usr": tried(lambda: open("/usr/x", "w")), "write /": tried(lambda: open("/x", "w")),
    "write /dev": tried(lambda: open("/dev/x", "w")), "own package": tried(lambda: open(os.__file__, "a")),
}
"""
    seen = desk.look(source)
    assert set(seen.pop("capabilities").values()) == {0}
    assert [seen.pop(name) for name in ("groups", "no_new_privs", "seccomp", "user")] == ["", "1", "2", True]
    assert [seen.pop(name) for name in ("vsock", "packet")] == ["Address family not supported by protocol"] * 2
    assert set(seen.values()) <= {"Operation not permitted", "Read-only file system", "Permission denied",
                                  "Invalid argument"}, seen  # fmt: skip


def test_nothing_arrives_from_a_notebook_over_the_network(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as hidden:
        name = f"\0tenarai-test-{os.getpid()}"
        hidden.bind(name)
        hidden.listen()
        source = f"""
import socket
seen = {{}}
for name, kind, address in (("tcp", socket.AF_INET, {listener.getsockname()!r}), ("abstract", socket.AF_UNIX, {name!r}),
                            ("dns", socket.AF_INET, ("192.0.2.1", 53)), ("meta", socket.AF_INET, ("169.254.169.254", 80))):
    with socket.socket(kind) as out:
        out.settimeout(2)
        try:
            out.connect(address)
            seen[name] = "connected"
        except OSError as error:
            seen[name] = type(error).__name__
"""
        seen = desk.look(source)
        assert "connected" not in seen.values(), seen
        for heard in (listener, hidden):
            heard.setblocking(False)
            with pytest.raises(BlockingIOError):
                heard.accept()


def test_links_in_the_folder_lead_nowhere(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("whole")
    source = f"""
import os
for name in ("result.json", "data/link", "checks.py"):
    os.symlink("{tmp_path}/victim", name)
os.symlink("{desk.folder}", "job")
seen = []
for name in ("result.json", "job/checks.py", "job/job.json"):
    try:
        open(name, "a").write("gone")
        seen.append(name)
    except OSError: pass
"""
    assert desk.look(source) == []
    assert (tmp_path / "victim").read_text() == "whole"


def test_a_link_or_a_pipe_in_place_of_the_submission_is_not_read(desk: Desk, tmp_path: Path) -> None:
    handout = notebook(cell("one", "a = 1"))
    folder = desk.lay_out(handout, handout)
    (folder / "submission.ipynb").unlink()
    os.mkfifo(folder / "submission.ipynb")
    assert json.loads(start(folder).stdout)["status"] == "unreadable"
    (folder / "submission.ipynb").unlink()
    (folder / "submission.ipynb").symlink_to("/etc/shadow")
    refused = start(folder)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
