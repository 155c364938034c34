"""`tenarai-hub-proxy`: PyPI's configurable-http-proxy for one machine (no Node), with what it lacks.

* answers are passed on as they come: it would hold back the hub's progress stream until the start is over, serve ten
  requests at a time and unpack every file;
* a websocket keeps its subprotocol (without it each kernel connection fails once in the browser and starts again) and
  ends when the server behind it ends (else the page never learns that its kernel is gone);
* cookies of the LMS never go to a learner's server. Their paths forbid it already; this holds when somebody one day
  sets one with a wider path;
* `localhost` has two addresses and browsers try the IPv6 one first: what listens at one listens at both, or a learner's
  program could listen at the other and be sent everybody's cookies;
* as root, it sends nothing to a connection whose other end is not its learner's: ports can be taken (`peers.py`);
* a learner's server reaches no further than itself: it installs no service worker, which would sit before everybody's
  notebooks and outlive its owner's session, and sets no cookie for paths other than its own.
"""

from __future__ import annotations

import asyncio
import errno
import re
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, ClassVar

import aiohttp
import yarl
from configurable_http_proxy import cli, configproxy
from configurable_http_proxy.handlers import ProxyHandler
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPMessageDelegate, ResponseStartLine
from tornado.iostream import StreamClosedError
from tornado.web import Application, HTTPError
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from .peers import CheckedConnector, CheckedWebSocket, HubsClient, expected_uid

CONNECT_TIMEOUT_S = 10.0
#: a message of a kernel may carry a large picture
MAX_MESSAGE = 64 * 1024 * 1024
#: a request's body is passed on as a whole: a notebook with all its pictures, over a slow line
MAX_BODY = 64 * 1024 * 1024
BODY_TIMEOUT_S = 300.0
#: what is larger counts, and all of that together is bounded: whoever sends it may be nobody
LARGE_BODY = 1024 * 1024
MAX_LARGE_BODIES = 256 * 1024 * 1024
IDLE_TIMEOUT_S = 75.0
#: tornado's word for a connection that broke; no status of HTTP
NO_ANSWER = 599
LMS_COOKIES = "tenarai_"
_NOT_PASSED_ON = {
    "connection",
    "content-length",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


def without_lms_cookies(header: str) -> str:
    """A Cookie header without the cookies of the LMS."""
    kept = []
    for part in header.split(";"):
        name = part.partition("=")[0].strip()
        if name and not name.lower().startswith(LMS_COOKIES):
            kept.append(part.strip())
    return "; ".join(kept)


#: what concerns the whole origin, which a learner's server shares with the hub and with all other servers
_NOT_FOR_LEARNERS = {
    "service-worker-allowed",
    "clear-site-data",
    # these speak for the whole origin, the hub and the others included
    "strict-transport-security",
    "alt-svc",
    "nel",
    "report-to",
    "reporting-endpoints",
}


def is_own_cookie(header: str, own: str) -> bool:
    """Whether a Set-Cookie of a learner's server stays below `own`, the folder that is routed to it."""
    cookie, *rest = header.split(";")
    attributes = [(name.strip().lower(), value.strip()) for name, _, value in (part.partition("=") for part in rest)]
    paths = [value for name, value in attributes if name == "path"]
    reaches_out = any(name == "domain" for name, _ in attributes)
    # one without a name, `=tenarai_…`, is sent as one of that name
    is_ours = LMS_COOKIES in cookie.partition("=")[0].lower() or cookie.strip().lower().startswith("=" + LMS_COOKIES)
    # without a path a browser takes that of the request, which may be spelt in another way than it was routed
    return bool(paths) and not reaches_out and not is_ours and all(it.startswith(own) for it in paths)


#: the prefix of a route to a learner's server, below any base
_LEARNERS = re.compile(r".*/user/(?P<user>[^/]+)(/[^/]+)?/?")


class StreamingProxyHandler(ProxyHandler):  # type: ignore[misc]  # not typed
    """One request on its way to the hub or to a learner's server."""

    #: one for each uid: a connection that was checked for one learner must not serve another
    _sessions: ClassVar[dict[int | None, aiohttp.ClientSession]] = {}

    def _learners(self) -> str | None:
        """The folder of the learner's server that this request is routed to; None on the way to the hub.

        What was routed counts: a path can be spelt in many ways (`%2575ser`), and is decoded again for the routing.
        """
        prefix: str = self.target["prefix"] if self.target else ""
        return prefix.rstrip("/") + "/" if _LEARNERS.fullmatch(prefix) else None

    def _uid(self) -> int | None:
        """Whose the server has to be that this request is routed to."""
        found = _LEARNERS.fullmatch(self.target["prefix"] if self.target else "")
        try:
            return expected_uid(found["user"] if found else None)
        except ValueError as error:  # nobody whom the site knows
            raise HTTPError(503) from error

    def compute_etag(self) -> None:
        """The server behind makes them."""

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """What the server behind has chosen."""
        return self.ws_client.selected_subprotocol if self.ws_client else None

    async def start_ws_client(self, path: str | None = None) -> None:
        """Connect to the server behind, before the browser is told that it is connected."""
        url = await self.get_target_url(path)
        if url is None:
            return
        request = self._get_proxy_request("ws" + url.removeprefix("http"))
        request.connect_timeout = CONNECT_TIMEOUT_S
        try:
            self.ws_client = await CheckedWebSocket(request, self._uid(), MAX_MESSAGE).connect_future
        except HTTPClientError as error:
            if error.code == NO_ANSWER:
                await self.handle_proxy_error(503, error)
                return
            self.set_status(error.code)
            self.finish(error.message)
        except (OSError, TimeoutError) as error:
            await self.handle_proxy_error(503, error)

    def open(self, *_: str) -> None:
        """Pass on what the server says, from its first word."""
        self._passing_on = asyncio.create_task(self._from_server(self.ws_client))

    async def _from_server(self, server: WebSocketClientConnection) -> None:
        # the next is read when the one before is on its way: a browser that does not read would otherwise have
        # everything kept here
        while (message := await server.read_message()) is not None:
            try:
                await self.write_message(message, binary=isinstance(message, bytes))
            except WebSocketClosedError:
                return
        if self.ws_connection is not None:
            self.close(1012, "the server has ended")

    async def on_message(self, message: str | bytes) -> None:
        """Pass a frame of the browser on as what it is: kernels' messages are binary in the newer protocol."""
        if self.ws_client:
            with suppress(WebSocketClosedError):
                await self.ws_client.write_message(message, binary=isinstance(message, bytes))

    def _get_proxy_request(self, url: str) -> HTTPRequest:
        request: HTTPRequest = super()._get_proxy_request(url)
        cookies = request.headers.get("Cookie")
        if cookies and self._learners():
            kept = without_lms_cookies(cookies)
            if kept:
                request.headers["Cookie"] = kept
            else:
                del request.headers["Cookie"]
        return request

    async def call_proxy(self, path: str | None = None) -> None:
        """Ask the server behind, and pass its answer on piece by piece."""
        url = await self.get_target_url(path)
        if url is None:
            return
        learners = self._learners()
        if learners and "Service-Worker" in self.request.headers:
            self.set_status(403)
            await self.finish()
            return
        request = self._get_proxy_request(url)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON}
        try:
            upstream = await self._client(self._uid()).request(
                request.method,
                yarl.URL(url, encoded=True),
                headers=headers,
                data=request.body or None,
                allow_redirects=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            )
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            await self.handle_proxy_error(503, error)
            return
        try:
            await self._pass_on(upstream, learners)
        except StreamClosedError:
            pass  # the browser went away
        except aiohttp.ClientError as error:
            self.proxy.log.warning(f"{self.request.path} was cut off: {error}")
            # the browser must not take what it has for the whole
            self.request.connection.stream.close()
        finally:
            upstream.close()

    async def _pass_on(self, upstream: aiohttp.ClientResponse, learners: str | None) -> None:
        self.set_status(upstream.status, upstream.reason)
        self.clear_header("Content-Type")
        self.clear_header("Server")
        self.clear_header("Date")
        for name, value in upstream.headers.items():
            if learners and name.lower() in _NOT_FOR_LEARNERS:
                continue
            if learners and name.lower() == "set-cookie" and not is_own_cookie(value, learners):
                continue
            if name.lower() not in _NOT_PASSED_ON or name.lower() == "content-length":
                self.add_header(name, value)
        async for piece in upstream.content.iter_any():
            self.write(piece)
            await self.flush()
        await self.finish()

    @classmethod
    def _client(cls, uid: int | None) -> aiohttp.ClientSession:
        if uid not in cls._sessions:
            cls._sessions[uid] = aiohttp.ClientSession(
                connector=CheckedConnector(uid),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return cls._sessions[uid]


def _application(handlers: list[Any]) -> Application:
    return Application(handlers, websocket_max_message_size=MAX_MESSAGE)


class BoundedRequest(HTTPMessageDelegate):
    """A request whose large body has to wait for its turn: without room it is refused as soon as its head is there."""

    _in_flight = 0

    def __init__(self, inner: HTTPMessageDelegate, connection: HTTPConnection) -> None:
        self._inner, self._connection = inner, connection
        self._held, self._refused = 0, False

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> Awaitable[None] | None:
        """Take room for the body, or say that there is none."""
        told = headers.get("Content-Length", "0")
        length = int(told) if told.isdecimal() and "Transfer-Encoding" not in headers else MAX_BODY
        if LARGE_BODY < length <= MAX_BODY:
            if BoundedRequest._in_flight + length > MAX_LARGE_BODIES:
                self._refused = True
                said = HTTPHeaders({"Content-Length": "0", "Retry-After": "10"})
                self._connection.write_headers(ResponseStartLine("HTTP/1.1", 503, "Service Unavailable"), said)
                self._connection.finish()
                return None
            self._held = length
            BoundedRequest._in_flight += length
        return self._inner.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Pass on."""
        return self._inner.data_received(chunk)

    def finish(self) -> None:
        """All is here, and goes on its way."""
        self._release()
        self._inner.finish()

    def on_connection_close(self) -> None:
        """The rest never came."""
        self._release()
        if not self._refused:
            self._inner.on_connection_close()

    def _release(self) -> None:
        BoundedRequest._in_flight -= self._held
        self._held = 0


class BothLocalhosts(HTTPServer):
    """A server that, told to listen at 127.0.0.1, does so at ::1 as well, and waits for no body for ever."""

    def initialize(self, *arguments: Any, **options: Any) -> None:
        """Bound what is kept of a request until it is passed on."""
        bounds = {"max_body_size": MAX_BODY, "body_timeout": BODY_TIMEOUT_S, "idle_connection_timeout": IDLE_TIMEOUT_S}
        super().initialize(*arguments, **(options | bounds))

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """A request whose body is bounded together with those of the others."""
        return BoundedRequest(super().start_request(server_conn, request_conn), request_conn)

    def listen(self, port: int, address: str | None = None, *options: Any, **named: Any) -> None:
        """Listen; a machine without IPv6 has the one address only."""
        super().listen(port, address, *options, **named)
        twin = {"127.0.0.1": "::1", "::1": "127.0.0.1"}.get(address or "")
        if twin:
            try:
                super().listen(port, twin, *options, **named)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise


def main() -> None:
    """The command line of configurable-http-proxy."""
    cli.HTTPServer = BothLocalhosts
    configproxy.ProxyHandler = StreamingProxyHandler
    configproxy.Application = _application
    AsyncHTTPClient.configure(HubsClient)
    cli.main()
