"""The hub's side of the LMS's internal API (`/internal/v1`), called with the hub's service token."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.iostream import IOStream
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.tcpclient import TCPClient

#: one answer of the LMS must not hold up a page of the hub for longer
TIMEOUT_S = 5.0


class LmsUnavailable(Exception):
    """The LMS did not answer, or answered with something that is no answer."""


@dataclass(frozen=True)
class Session:
    """A session of the site, as the LMS knows it now."""

    active: bool
    hub_user: str = ""
    groups: tuple[str, ...] = ()
    locale: str = "ja"


class _AtSocket(TCPClient):
    """Connects to this socket, whatever the address says."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    async def connect(self, *_: Any, **options: Any) -> IOStream:
        """Nobody there is an answer, too."""
        stream = IOStream(
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), max_buffer_size=options.get("max_buffer_size")
        )
        try:
            return await stream.connect(self._path)
        except BaseException:
            stream.close()
            raise


class SocketClient(SimpleAsyncHTTPClient):
    """Asks at a Unix socket in a folder of the site's own.

    At a port that the LMS has left anybody may listen, and would be shown the token by which it knows the hub.
    """

    def initialize(self, socket: str) -> None:  # type: ignore[override]  # of its own options it needs one
        """As many at once as there are."""
        super().initialize(max_clients=100)
        self.tcp_client = _AtSocket(socket)


class Lms:
    """Asks the LMS what only the LMS knows: who is signed in, and who may read which handouts."""

    def __init__(self, base_url: str, token: str, socket: str | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._socket = socket

    @cached_property
    def _client(self) -> AsyncHTTPClient:
        if self._socket is None:
            return AsyncHTTPClient()
        return SocketClient(force_instance=True, socket=self._socket)

    async def session(self, sid: str) -> Session:
        """The state of one session; an unknown one is an ended one."""
        answer = await self._call("GET", f"/internal/v1/sessions/{quote(sid, safe='')}")
        if answer is None or answer.get("active") is not True:
            return Session(active=False)
        return Session(
            active=True,
            hub_user=str(answer.get("hub_user", "")),
            groups=tuple(str(group) for group in answer.get("groups", ())),
            locale="en" if answer.get("locale") == "en" else "ja",
        )

    async def has_session(self, hub_user: str) -> bool:
        """Whether any session of this user lives."""
        answer = await self._call("GET", f"/internal/v1/users/{quote(hub_user, safe='')}/sessions")
        return answer is not None and answer.get("active") is True

    async def content_token(self, hub_user: str) -> str | None:
        """A token that reads this user's handouts; None when the LMS does not know them (any more)."""
        answer = await self._call("POST", "/internal/v1/content-tokens", {"hub_user": hub_user})
        token = answer and answer.get("token")
        return str(token) if token else None

    async def jwks(self) -> dict[str, Any]:
        """The public keys that the LMS signs with."""
        answer = await self._call("GET", "/.well-known/jwks.json")
        if answer is None:
            raise LmsUnavailable("the LMS publishes no keys")
        return answer

    async def _call(self, method: str, path: str, body: object = None) -> dict[str, Any] | None:
        request = HTTPRequest(
            self._base_url + path,
            method=method,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            body=None if body is None else json.dumps(body),
            connect_timeout=TIMEOUT_S,
            request_timeout=TIMEOUT_S,
            follow_redirects=False,
        )
        try:
            response = await self._client.fetch(request)
            answer = json.loads(response.body)
        except HTTPClientError as error:
            if error.code == 404:
                return None
            raise LmsUnavailable(f"{method} {path}: {error}") from error
        except (OSError, ValueError) as error:
            raise LmsUnavailable(f"{method} {path}: {error}") from error
        if not isinstance(answer, dict):
            raise LmsUnavailable(f"{method} {path}: not a JSON object")
        return answer
