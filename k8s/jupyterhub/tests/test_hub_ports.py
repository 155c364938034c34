"""Stories of ports that are free, and of learners' programs that would like to have them."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import websocket

from people import Browser, Kernel
from running_hub import RunningHub, wait_for
from standin_lms import StandinLms

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="one uid a learner needs root")

PYTHON = "/usr/bin/python3"
#: says what it is asked, cookies and all, and answers
IMPOSTOR = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        print(self.command, self.path, self.headers.get("Cookie"), self.headers.get("Authorization"), flush=True)
        self.send_response(200); self.send_header("Content-Length", "4"); self.end_headers(); self.wfile.write(b"evil")
    do_POST = do_PUT = do_HEAD = do_DELETE = do_GET
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer)
print("listens", flush=True)
server.serve_forever()
"""
#: ends once it has the port
THIEF = """
import socket, sys, time
while True:
    try:
        socket.create_server(("127.0.0.1", int(sys.argv[1])))
        break
    except OSError:
        time.sleep(0.001)
"""


def of_learner(uid: int, script: str, port: int, stdout: int | None = None) -> subprocess.Popen[bytes]:
    """A program of this uid."""
    command = [PYTHON, "-c", script, str(port)]
    return subprocess.Popen(command, user=uid, group=uid, extra_groups=[], env={}, cwd="/", stdout=stdout)


@contextlib.contextmanager
def impostor(uid: int, port: int, folder: Path) -> Iterator[Path]:
    """A program of this uid that answers at the port; what it heard is in the file, after a first line."""
    heard = folder / f"heard-{port}"
    with heard.open("wb") as file:
        program = of_learner(uid, IMPOSTOR, port, stdout=file.fileno())
    try:
        wait_for(lambda: heard.read_text() or program.poll(), "the impostor listens")
        assert heard.read_text() == "listens\n"
        yield heard
    finally:
        program.kill()
        program.wait()


def server_of(uid: int) -> tuple[int, int] | None:
    """The process of a learner's server that runs or is about to, and the port meant for it."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (process / "status").read_text()
            entries = (process / "environ").read_bytes().split(b"\0")
            if f"\nUid:\t{uid}\t" not in status:
                continue
            for entry in entries:
                if entry.startswith(b"JUPYTERHUB_SERVICE_URL="):
                    return int(process.name), int(entry.split(b":")[2].split(b"/")[0])
    return None


def closed_port() -> str:
    """One that only root may have, as the site chooses them."""
    for port in random.sample(range(914, 953), 39):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return str(port)
    raise RuntimeError("no free port")


@pytest.fixture
def uid(newcomer: Browser) -> int:
    """The newcomer's."""
    return 200_000 + int(newcomer.user[1:])


def test_a_program_that_listens_before_the_server_is_not_taken_for_it(
    newcomer: Browser, uid: int, hub: RunningHub
) -> None:
    user = newcomer.user
    hub.api("POST", f"users/{user}")
    request = threading.Thread(target=hub.api, args=("POST", f"users/{user}/server"))
    request.start()
    process, port = wait_for(lambda: server_of(uid), "the start has begun")
    os.kill(process, signal.SIGSTOP)
    with impostor(uid + 1, port, hub.folder) as heard:
        os.kill(process, signal.SIGCONT)
        wait_for(lambda: not hub.server(user), "the start has failed")
        request.join(60)
        page = newcomer.notebook()
        assert (page.status_code >= 400, "evil" in page.text) == (True, False)
        assert heard.read_text() == "listens\n"
    hub.start_server(user)
    assert newcomer.notebook().status_code == 200


def test_a_program_at_the_port_of_a_server_that_has_ended_gets_no_request(
    newcomer: Browser, uid: int, hub: RunningHub
) -> None:
    user = newcomer.user
    hub.start_server(user)
    assert newcomer.notebook().status_code == 200
    kernel = Kernel(hub, user)
    assert kernel.run("1").status == "ok"
    found = wait_for(lambda: server_of(uid), "the server runs")
    for_kernels = f"{hub.url}user/{user}/api/kernels/x/channels".replace("http:", "ws:")
    os.kill(found[0], signal.SIGKILL)
    wait_for(lambda: (server_of(uid) or (0, 0))[0] != found[0], "it is gone")
    with impostor(uid + 1, found[1], hub.folder) as heard:
        # the hub does not know yet
        assert hub.server(user).get("ready")
        for answer in (newcomer.notebook(), kernel.api("GET", "api/contents"), kernel.api("POST", "api/kernels")):
            assert (answer.status_code, "evil" in answer.text) == (503, False)
        with pytest.raises(websocket.WebSocketBadStatusException):
            websocket.create_connection(for_kernels, header=[f"Authorization: token {kernel.token}"], timeout=60)
        assert heard.read_text() == "listens\n"
    hub.stop_server(user)
    hub.start_server(user)
    assert newcomer.notebook().status_code == 200


def test_a_server_outlives_a_hub_that_falls_and_nobody_gets_into_the_hubs_place(
    venv: Path, lms: StandinLms, open_folder: Path
) -> None:
    folder = open_folder / f"fall-{venv.name}"
    folder.mkdir(mode=0o711)
    inside, api = closed_port(), closed_port()
    hub = RunningHub(venv, lms, folder, TENARAI_HUB_PORT_INTERNAL=inside, TENARAI_HUB_PROXY_API_PORT=api)
    thieves = []
    try:
        hub.start()
        person = Browser(hub, "u17")
        person.sign_in()
        hub.start_server("u17")
        assert person.notebook().status_code == 200
        before = hub.server("u17")["started"]
        thieves = [of_learner(200_018, THIEF, int(port)) for port in (inside, api)]
        hub.fall()
        # asks the hub who this is, and hears nothing
        with pytest.raises(requests.ConnectionError):
            person.notebook()
        hub.start()
        assert [thief.poll() for thief in thieves] == [None, None], "a learner has the hub's place"
        wait_for(lambda: hub.server("u17").get("ready"), "it is found again")
        assert hub.server("u17")["started"] == before
        assert person.notebook().status_code == 200
        another = Browser(hub, "u17")
        another.sign_in()
        assert another.notebook().status_code == 200
        assert Kernel(hub, "u17").run("print(1)").text == "1\n"
    finally:
        for thief in thieves:
            thief.kill()
            thief.wait()
        hub.stop()
