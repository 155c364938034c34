"""People of the tests: a browser with its cookies and the headers that JavaScript cannot forge, and a kernel."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests
import websocket

from running_hub import RunningHub
from standin_lms import SiteSession

NAVIGATE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "iframe"}
FETCH = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty"}
NO_CORS = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty"}


class Browser:
    """One browser; `user` is whose account its owner uses first."""

    def __init__(self, hub: RunningHub, user: str) -> None:
        self.hub, self.user = hub, user
        self.web = requests.Session()
        self.web.trust_env = False
        self.session: SiteSession | None = None

    def sign_in(self, user: str | None = None, **more: Any) -> SiteSession:
        """Sign in at the LMS: a new session, and the shared token as a cookie on the hub's path."""
        self.session = self.hub.lms.sign_in(user or self.user, **more)
        self.take_ticket(self.hub.lms.ticket(self.session))
        return self.session

    def take_ticket(self, ticket: str) -> None:
        """Set the `tenarai_hub` cookie, as the LMS does."""
        self.web.cookies.set("tenarai_hub", ticket, domain="localhost.local", path="/jupyterhub/hub")

    def visit(self, path: str, headers: dict[str, str] = NAVIGATE, **more: Any) -> requests.Response:
        """Load a page below the hub's base, following redirects."""
        response = self.web.get(self.hub.url + path, headers=headers, timeout=60, **more)
        response.encoding = "utf-8"  # as the pages say in themselves
        return response

    def post(self, path: str, headers: dict[str, str], **more: Any) -> requests.Response:
        """Post below the hub's base with this browser's cookies."""
        return self.web.post(self.hub.url + path, headers=headers, timeout=60, allow_redirects=False, **more)

    def notebook(self, path: str = "ml-first-steps/01-hello.ipynb", user: str | None = None) -> requests.Response:
        """Open a notebook page, as the frame does."""
        return self.visit(f"user/{user or self.user}/notebooks/{path}")


@dataclass
class Ran:
    """What became of a cell."""

    status: str
    text: str = ""
    error: str | None = None
    replies: list[dict[str, Any]] = field(default_factory=list)


class Kernel:
    """A kernel of this person's server, through the proxy, with a token as the LMS mints it."""

    def __init__(self, hub: RunningHub, user: str) -> None:
        scopes = [f"access:servers!user={user}"]
        status, answer = hub.api("POST", f"users/{user}/tokens", {"expires_in": 120, "scopes": scopes})
        assert status == 201, answer
        self.token = answer["token"]
        self._base = f"{hub.url}user/{user}/"
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Authorization"] = f"token {self.token}"
        self._socket: websocket.WebSocket | None = None

    def api(self, method: str, path: str, **more: Any) -> requests.Response:
        """One call of the server's API."""
        return self.http.request(method, self._base + path, timeout=60, allow_redirects=False, **more)

    def connect(self) -> websocket.WebSocket:
        """Start the kernel and open its websocket, once."""
        if self._socket is None:
            started = self.api("POST", "api/kernels", json={"name": "python3", "path": "ml-first-steps"})
            assert started.status_code == 201, started.text
            url = self._base.replace("http:", "ws:") + f"api/kernels/{started.json()['id']}/channels"
            self._socket = websocket.create_connection(
                url, header=[f"Authorization: token {self.token}"], timeout=60, http_no_proxy=["localhost"]
            )
        return self._socket

    def run(self, source: str) -> Ran:
        """Run a cell to its end."""
        socket, message_id = self.connect(), uuid.uuid4().hex
        header = {
            "msg_id": message_id,
            "msg_type": "execute_request",
            "session": "tests",
            "username": "",
            "version": "5.3",
        }
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "allow_stdin": False,
            "stop_on_error": False,
        }
        request = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        socket.send(json.dumps(request))
        ran = Ran("")
        idle = False
        while not (ran.status and idle):
            message = json.loads(socket.recv())
            if message.get("parent_header", {}).get("msg_id") != message_id:
                continue
            content, kind = message["content"], message["msg_type"]
            if kind == "stream":
                ran.text += content["text"]
            elif kind == "execute_result":
                ran.text += content["data"]["text/plain"]
            elif kind == "execute_reply":
                ran.status, ran.error = content["status"], content.get("ename")
            elif kind == "status" and content["execution_state"] == "idle":
                idle = True
        return ran
