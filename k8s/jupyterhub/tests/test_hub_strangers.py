"""Stories of programs that are not the site's, and reach the ports where site and hub are looked for."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_hub_ports import impostor, of_learner, server_of

from people import Browser, Kernel
from running_hub import RunningHub, wait_for
from standin_lms import StandinLms

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="one uid a learner needs root")


class AtSocket(http.client.HTTPConnection):
    """As the site speaks to the hub."""

    def __init__(self, path: Path) -> None:
        super().__init__("hub", timeout=60)
        self._path = path

    def connect(self) -> None:
        """There, whatever the address."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(str(self._path))


def asked_at(path: Path, what: str, token: str) -> int:
    """The status of an answer."""
    connection = AtSocket(path)
    try:
        connection.request("GET", f"/jupyterhub/{what}", headers={"Authorization": f"token {token}"})
        return connection.getresponse().status
    finally:
        connection.close()


def nobody_is_at(path: Path) -> bool:
    """Also no program of somebody else."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(path)) in (errno.ECONNREFUSED, errno.ENOENT)


@pytest.fixture
def hub_with_sockets(venv: Path, lms: StandinLms, open_folder: Path) -> Iterator[RunningHub]:
    """A hub as `tenarai serve --with-hub` starts it: what it tells the site and is told goes through sockets."""
    folder = open_folder / f"sockets-{venv.name}-{lms.port}"
    folder.mkdir(mode=0o711)
    state = folder / "state"
    more = {"TENARAI_INTERNAL_SOCKET": "site.sock", "TENARAI_HUB_PROXY_SOCKET": "hub.sock"}
    more = {name: str(state / file) for name, file in more.items()}
    hub = RunningHub(venv, lms, folder, **more)
    lms.listen_at(state / "site.sock")
    try:
        hub.start()
        yield hub
    finally:
        hub.stop()


@needs_root
def test_who_listens_at_the_sites_port_is_not_shown_the_hubs_token(
    hub_with_sockets: RunningHub, lms: StandinLms
) -> None:
    hub = hub_with_sockets
    with impostor(200_018, lms.port, hub.folder) as heard:
        person = Browser(hub, "u17")
        person.sign_in()
        hub.start_server("u17")
        assert person.notebook().status_code == 200
        before = heard.read_text()
        # the learner's own server fetches its contents where it is told, with a token that is its learner's
        assert "/content/v1/manifest" in before
        assert "/internal/" not in before, before
        # the site is away: nobody is asked in its place, and nobody new comes in
        lms.close()
        stranger = Browser(hub, "u18")
        stranger.sign_in()
        assert stranger.notebook().status_code >= 400
        assert "/internal/" not in heard.read_text()


def test_the_site_finds_the_hub_at_a_socket_or_not_at_all(hub_with_sockets: RunningHub) -> None:
    hub = hub_with_sockets
    sock = hub.state / "hub.sock"
    wait_for(sock.exists, "the proxy listens there, too")
    assert asked_at(sock, "hub/api/users", hub.token) == 200
    hub.lms.sign_in("u17")
    hub.start_server("u17")
    kernel = Kernel(hub, "u17")
    assert asked_at(sock, "user/u17/api/contents", kernel.token) == 200
    hub.fall()
    wait_for(lambda: nobody_is_at(sock), "its proxy has ended")
    hub.start()
    wait_for(lambda: not nobody_is_at(sock), "the proxy listens there again")
    assert asked_at(sock, "hub/api/users", hub.token) == 200


def test_a_token_of_the_hub_before_opens_nothing(hub_with_sockets: RunningHub) -> None:
    hub = hub_with_sockets
    assert hub.api("GET", "users")[0] == 200
    old, hub.token = hub.token, "another-" + hub.token
    (hub.folder / "hub-token").write_text(hub.token)
    hub.stop()
    hub.start()
    assert hub.api("GET", "users", token=old)[0] == 403
    assert hub.api("GET", "users")[0] == 200


#: asks as often as it is told, keeps every connection, and says how many were answered
CALLER = """
import socket, sys
port, many = int(sys.argv[1]), 30
held = [socket.create_connection(("127.0.0.1", port)) for _ in range(many)]
def answered(connection):
    try:
        connection.sendall(b"GET /jupyterhub/hub/api/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        return bool(connection.recv(100))
    except OSError:
        return False
print(sum([answered(connection) for connection in held]), flush=True)
"""


def answered(uid: int, port: int) -> int:
    """How many connections of one learner at once are."""
    program = of_learner(uid, CALLER, port, stdout=subprocess.PIPE)
    return int(program.communicate(timeout=60)[0])


def said_to(port: int, path: str, size: int) -> bytes:
    """The first word in answer to the announcement of a body that does not come."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
        return connection.recv(12)


def test_the_hub_keeps_no_large_body_of_whoever_finds_its_inner_port(hub: RunningHub) -> None:
    assert said_to(hub.inner_port, "/jupyterhub/hub/api/users/u7/activity", 95_000_000) == b"HTTP/1.1 400"


@needs_root
def test_one_learner_has_a_few_connections_to_the_hub_and_leaves_others_theirs(hub: RunningHub) -> None:
    # more than one at a time, so that some stay away
    assert answered(200_018, hub.inner_port) == 20
    # when they are gone there is room again; others had theirs all along
    assert answered(200_018, hub.inner_port) == 20
    assert answered(200_019, hub.inner_port) == 20
    assert answered(0, hub.inner_port) == 30


@needs_root
@pytest.mark.notebooks
def test_a_learners_server_answers_nobody_elses_programs(hub: RunningHub, resident: str, kernel: Kernel) -> None:
    uid = 200_000 + int(resident[1:])
    _, port = wait_for(lambda: server_of(uid), "the server runs")
    assert answered(uid + 1, port) == 0
    # the hub, and the learner's own
    assert (answered(0, port), answered(uid, port)) == (30, 30)
    assert kernel.run("print(1)").text == "1\n"
    assert said_to(port, f"/jupyterhub/user/{resident}/api/contents", 400_000_000) == b"HTTP/1.1 400"
