"""A real JupyterHub for tests, started as `tenarai serve --with-hub` starts it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from standin_lms import SERVICE_TOKEN, StandinLms

T = TypeVar("T")
CONFIG = Path(__file__).resolve().parents[1] / "local" / "jupyterhub_config.py"


_given: set[int] = set()


def free_port() -> int:
    """A port nobody listens on, never the same twice; each worker of pytest has a range of its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 2
    for port in range(18_000 + 1_000 * worker, 19_000 + 1_000 * worker):
        if port in _given:
            continue
        _given.add(port)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")


def wait_for(condition: Callable[[], T | None], what: str, seconds: float = 60.0) -> T:
    """Poll until the condition holds; its last value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


class RunningHub:
    """The hub, its proxy and its culler, with the environment of the contract."""

    def __init__(self, venv: Path, lms: StandinLms, folder: Path, **env: str) -> None:
        self.lms, self.folder, self.venv = lms, folder, venv
        self.state, self.learners = folder / "state", folder / "learners"
        self.state.mkdir(mode=0o700)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}/jupyterhub/"
        lms.hub_url = self.url
        self.token = secrets.token_hex(16)
        self.log = folder / "hub.log"
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TENARAI_PUBLIC_URL": lms.url,
            "TENARAI_INTERNAL_URL": lms.internal_url,
            "TENARAI_HUB_URL": self.url,
            "TENARAI_LMS_TOKEN_FILE": str(self._secret("lms-token", SERVICE_TOKEN)),
            "TENARAI_HUB_TOKEN_FILE": str(self._secret("hub-token", self.token)),
            "TENARAI_HUB_STATE_DIR": str(self.state),
            "TENARAI_LEARNERS_DIR": str(self.learners),
            "TENARAI_SPAWN_MEMORY_MB": "2048",
            "JUPYTERHUB_CRYPT_KEY": secrets.token_hex(32),
            "TENARAI_HUB_PROXY_API_PORT": str(free_port()),
            "TENARAI_HUB_PORT_INTERNAL": str(free_port()),
            "TENARAI_CULL_EVERY_SECONDS": "3600",
        } | env
        self.inner_port = int(self._env["TENARAI_HUB_PORT_INTERNAL"])
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [str(self.venv / "bin" / "jupyterhub"), "-f", str(CONFIG)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._env, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(self._answers, "the hub answers")

    def stop(self) -> None:
        """End the hub; it takes its proxy and its servers with it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
        self._end_proxy(signal.SIGTERM)

    def fall(self) -> None:
        """End it from one moment to the next, and what is left but for the servers, as the site does then."""
        process, self._process = self._process, None
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._end_proxy(signal.SIGKILL)

    def _end_proxy(self, how: signal.Signals) -> None:
        # a hub that died by itself leaves its proxy, for the next one to find
        left = self.state / "proxy.pid"
        if left.exists():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(left.read_text().split()[0]), how)

    def api(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """One call of the hub's API, as the LMS's service unless another token is given."""
        return call(method, f"{self.url}hub/api/{path}", body, token or self.token)

    def start_server(self, user: str, **options: Any) -> None:
        """As the LMS does: make the user known, start, wait for ready."""
        self.api("POST", f"users/{user}")
        status, answer = self.api("POST", f"users/{user}/server", options or None)
        assert status in (201, 202), (status, answer, self.words())
        wait_for(lambda: self.server(user).get("ready"), f"{user}'s server is ready")

    def server(self, user: str) -> dict[str, Any]:
        """The state of this user's server; empty when there is none."""
        _, answer = self.api("GET", f"users/{user}")
        server: dict[str, Any] = answer.get("servers", {}).get("", {})
        return server

    def stop_server(self, user: str) -> None:
        """Stop it and wait until it is gone."""
        self.api("DELETE", f"users/{user}/server")
        wait_for(lambda: not self.server(user), f"{user}'s server is gone")

    def words(self) -> str:
        """What the hub said last, without the probes of a test that waits for it."""
        lines = self.log.read_text().splitlines()
        return "\n".join([line for line in lines if "/hub/api/ " not in line and "error page" not in line][-60:])

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.words()
        try:
            return call("GET", f"{self.url}hub/api/")[0] == 200
        except OSError:
            return False

    def _secret(self, name: str, value: str) -> Path:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(value)
        return path


def call(method: str, url: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
    """One JSON request; status and body, whatever the status."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    if token:
        request.add_header("Authorization", f"token {token}")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            status, raw = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read()
    try:
        return status, json.loads(raw)
    except ValueError:
        return status, raw
