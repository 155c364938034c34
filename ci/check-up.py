#!/usr/bin/python3
"""The site as `make up` starts it, but with the debug binary: it says that it is ready, gives a person a notebook,
brings a hub back that fell, leaves nothing behind after Ctrl-C, and starts again without a network."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: in a namespace without a network, with only this machine in it; a bare one has no `ip`
OFFLINE = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
os.execv(sys.argv[1], sys.argv[1:])
"""


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 120) -> Any:
    """Ask again and again until there is an answer."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return answer


def free_ports() -> list[str]:
    """Two that differ, and none of those the system gives to whoever connects somewhere."""
    with contextlib.ExitStack() as held:
        free: list[str] = []
        while len(free) < 2:
            port = random.randrange(20_000, 32_000)
            with contextlib.suppress(OSError):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
                free.append(str(port))
        return free


def processes_of(folder: Path) -> dict[int, str]:
    """All that know the folder by command line, environment or working directory: what the site started."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            known = [command, (process / "environ").read_bytes(), os.readlink(process / "cwd").encode()]
        except OSError:
            continue
        if int(process.name) != os.getpid() and any(bytes(folder) in text for text in known):
            found[int(process.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


class Site:
    """A running ci/up.sh, in a process group of its own as in a terminal."""

    def __init__(self, folder: Path, name: str, *before: str) -> None:
        self.folder, self.output = folder, folder / name
        port, hub_port = free_ports()
        self.url = f"http://localhost:{port}"
        self.hub = f"http://localhost:{hub_port}/jupyterhub/"
        self.var = folder / "var"
        settings = {"PORT": port, "HUB_PORT": hub_port, "VAR": str(self.var)}
        binary = os.environ.get("TENARAI_BINARY", str(ROOT / "target/debug/tenarai"))
        # with a mask that hides nothing, a file is as private as it was made
        command = [*before, "/bin/sh", "-c", 'umask 0; exec "$0"', str(ROOT / "ci/up.sh")]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **settings, "TENARAI_BINARY": binary},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self.says(r"^ready ")

    def words(self) -> str:
        return self.output.read_text()

    def says(self, pattern: str) -> None:
        def said() -> bool:
            assert self.process.poll() is None, f"it ended:\n{self.words()}"
            return re.search(pattern, self.words(), re.MULTILINE) is not None

        wait_for(said, pattern)

    def accounts(self) -> list[dict[str, str]]:
        accounts: list[dict[str, str]] = json.loads((self.var / "demo-accounts.json").read_text())
        return accounts

    def hub_answers(self) -> bool:
        try:
            return bool(urllib.request.urlopen(f"{self.hub}hub/api/", timeout=5).status == 200)
        except OSError:
            return False

    def interrupt(self) -> None:
        """Ctrl-C: nothing is left of it, and a bystander is."""
        with subprocess.Popen(["sleep", "600"], cwd="/") as bystander:
            try:
                os.killpg(self.process.pid, signal.SIGINT)
                status = self.process.wait(60)
                left = processes_of(self.folder)
                assert bystander.poll() is None
            finally:
                bystander.kill()
        assert status == 0, f"{status}:\n{self.words()}"
        assert not left, left
        assert self.words().endswith("stopped\n"), self.words()


class Person:
    """Somebody at a browser."""

    def __init__(self, site: Site, account: dict[str, str]) -> None:
        self.site = site
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.ask("session", {"email": account["email"], "password": account["password"]})

    def ask(self, path: str, body: dict[str, str] | None = None) -> Any:
        headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
        data = None if body is None else json.dumps(body).encode()
        return self._browser.open(urllib.request.Request(f"{self.site.url}/api/v1/{path}", data, headers), timeout=120)

    def starts_a_notebook(self) -> None:
        self.ask("notebook-server", {"reason": "open"})
        for line in self.ask("notebook-server/events"):
            if line.startswith(b"data:") and self.is_ready(line[5:]):
                return
        raise AssertionError("the stream of events ended")

    def has_a_notebook(self) -> bool:
        return self.is_ready(self.ask("notebook-server").read())

    @staticmethod
    def is_ready(status: bytes) -> bool:
        said = json.loads(status)
        assert said.get("state") != "failed", said
        return bool(said.get("state") == "ready")


def check(folder: Path) -> None:
    site = Site(folder, "first.log")
    words = site.words()
    assert f"hub    {site.hub}\n" in words and f"ready  {site.url}\n" in words, words
    accounts = site.accounts()
    for account in accounts:
        assert account["email"] in words and account["password"] in words, words
    secrets = ["demo-accounts.json", "tenarai.db", "hub/lms-at-hub.token", "hub/hub-at-lms.token", "hub/crypt.key"]
    modes = {file: oct((site.var / file).stat().st_mode & 0o777) for file in [*secrets, "hub/cookie_secret", "hub/hub.log"]}
    assert set(modes.values()) == {"0o600"}, modes

    trainee = Person(site, accounts[0])
    trainee.starts_a_notebook()
    os.kill(int((site.var / "hub/hub.pid").read_text()), signal.SIGKILL)
    site.says("the hub does not run any more; it is started again.*SIGKILL.*again_in=1s")
    site.says("the hub is back")
    wait_for(site.hub_answers, "the hub answers")
    wait_for(trainee.has_a_notebook, "the notebook is still there")
    site.interrupt()

    if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("check-up: the network cannot be taken away here; the start without one was not tried")
        return
    again = Site(folder, "second.log", "unshare", "-n", sys.executable, "-c", OFFLINE)
    assert again.accounts() == accounts
    again.interrupt()


with tempfile.TemporaryDirectory(prefix="tenarai-up-") as name:
    # learners' processes have uids of their own and pass through here to their homes
    os.chmod(name, 0o711)
    try:
        check(Path(name))
    finally:
        for pid in processes_of(Path(name)):
            os.kill(pid, signal.SIGKILL)
