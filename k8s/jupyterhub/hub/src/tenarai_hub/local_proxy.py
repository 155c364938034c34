"""`tenarai-hub-proxy`: PyPI's configurable-http-proxy for one machine (no Node), with what it lacks.

* bodies and answers are passed on as they come (`upload.py`): it would keep every one whole, hold back the hub's
  progress stream until the start is over, serve ten requests at a time and unpack every file;
* a websocket keeps its subprotocol (without it each kernel connection fails once in the browser and starts again) and
  ends when the server behind it ends (else the page never learns that its kernel is gone);
* cookies of the LMS never go to a learner's server. Their paths forbid it already; this holds when somebody one day
  sets one with a wider path;
* `localhost` has two addresses and browsers try the IPv6 one first: what listens at one listens at both, or a learner's
  program could listen at the other and be sent everybody's cookies;
* the site finds it at a Unix socket as well, in a folder that nobody else can enter: what it shows there opens every
  learner's server, and at a port that nobody holds any learner's program may listen;
* as root, it sends nothing to a connection whose other end is not its learner's: ports can be taken (`peers.py`);
* a learner's server reaches no further than itself: it installs no service worker, which would sit before everybody's
  notebooks and outlive its owner's session, and sets no cookie for paths other than its own.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
from contextlib import suppress
from typing import Any, ClassVar

import aiohttp
import yarl
from configurable_http_proxy import cli, configproxy
from configurable_http_proxy.handlers import ProxyHandler
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_unix_socket
from tornado.web import Application, HTTPError, RequestHandler, stream_request_body
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from .peers import CheckedConnector, CheckedWebSocket, HubsClient, expected_uid
from .upload import Upload

CONNECT_TIMEOUT_S = 10.0
#: a message of a kernel may carry a large picture
MAX_MESSAGE = 64 * 1024 * 1024
#: a notebook with all its pictures, over a slow line; the server behind has to take it within that time, too
MAX_BODY = 64 * 1024 * 1024
BODY_TIMEOUT_S = 300.0
#: a route, which the hub adds at the proxy's own door: that one keeps what it is sent, and a learner's program finds it
MAX_ROUTE = 64 * 1024
IDLE_TIMEOUT_S = 75.0
#: tornado's word for a connection that broke; no status of HTTP
NO_ANSWER = 599
LMS_COOKIES = "tenarai_"
_NOT_PASSED_ON = {
    "connection",
    "content-length",
    "expect",
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


@stream_request_body
class StreamingProxyHandler(ProxyHandler):  # type: ignore[misc]  # not typed
    """One request on its way to the hub or to a learner's server."""

    #: one for each uid: a connection that was checked for one learner must not serve another
    _sessions: ClassVar[dict[int | None, aiohttp.ClientSession]] = {}
    _upload: Upload | None = None
    _asked: asyncio.Task[aiohttp.ClientResponse] | None = None

    def _learners(self) -> str | None:
        """The folder of the learner's server that this request is routed to; None on the way to the hub.

        What was routed counts: a path can be spelt in many ways (`%2575ser`), and is decoded again for the routing.
        """
        prefix: str = self.target["prefix"] if self.target else ""
        return prefix.rstrip("/") + "/" if _LEARNERS.fullmatch(prefix) else None

    async def prepare(self) -> None:
        """Before a body is read, see where it goes."""
        headers = self.request.headers
        if headers.get("Content-Length", "0") == "0" and "Transfer-Encoding" not in headers:
            return
        self._url = await self.get_target_url(self.path_args[0])

    async def data_received(self, chunk: bytes) -> None:
        """Take the next piece of the body when the server behind has taken the one before."""
        if self._upload is None:
            self._upload = Upload(self._learners() or "")
            if self._url is None or self._is_service_worker():
                return  # it is refused when all has come
            self._asked = asyncio.create_task(self._ask(self._url, self._upload))
        if self._asked is None:
            return
        # the hub is sent forms, and keeps them whole
        if not self._upload.admit(len(chunk)) or (self._upload.is_large and not self._learners()):
            self.set_status(503 if self._learners() else 413)
            self._break_off()
            await self.finish()
            return
        await self._upload.put(chunk, self._asked)

    def on_connection_close(self) -> None:
        """The browser went away: whoever was asked need not answer."""
        self._break_off()
        RequestHandler.on_connection_close(self)
        super().on_connection_close()

    def on_finish(self) -> None:
        """All is said."""
        if self._upload:
            self._upload.forget()
        super().on_finish()

    def _break_off(self) -> None:
        if self._upload:
            self._upload.forget()
        asked, self._asked = self._asked, None
        # one that has answered already is not waited for either
        if asked and not asked.cancel() and not asked.cancelled() and not asked.exception():
            asked.result().close()

    def _is_service_worker(self) -> bool:
        return self._learners() is not None and "Service-Worker" in self.request.headers

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
        if self._is_service_worker():
            self.set_status(403)
            await self.finish()
            return
        try:
            upstream = await self._answer(url)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            self._break_off()
            await self.handle_proxy_error(503, error)
            return
        if upstream is None:
            return
        try:
            await self._pass_on(upstream, self._learners())
        except StreamClosedError:
            pass  # the browser went away
        except aiohttp.ClientError as error:
            self.proxy.log.warning(f"{self.request.path} was cut off: {error}")
            # the browser must not take what it has for the whole
            self.request.connection.stream.close()
        finally:
            upstream.close()

    async def _answer(self, url: str) -> aiohttp.ClientResponse | None:
        """What the server behind says; None when the browser does not wait for it any more."""
        self._asked = asked = self._asked or asyncio.create_task(self._ask(url, None))
        if self._upload:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                await self._upload.put(None, asked)
        await asyncio.wait({asked})
        if asked.cancelled():
            return None
        self._asked = None
        return asked.result()

    async def _ask(self, url: str, upload: Upload | None) -> aiohttp.ClientResponse:
        request = self._get_proxy_request(url)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON}
        if upload and "Transfer-Encoding" not in self.request.headers:
            headers["Content-Length"] = self.request.headers["Content-Length"]
        return await self._client(self._uid()).request(
            request.method,
            yarl.URL(url, encoded=True),
            headers=headers,
            data=upload.pieces() if upload else None,
            allow_redirects=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

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
        if self.request.method != "HEAD" and upstream.status not in (204, 304):
            await self.flush()  # also an answer that breaks off has begun
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
    streams = any(handler is StreamingProxyHandler for _, handler, *_ in handlers)
    largest = MAX_BODY if streams else MAX_ROUTE
    at = os.environ.get("TENARAI_HUB_PROXY_SOCKET") if streams else None
    return Application(handlers, websocket_max_message_size=MAX_MESSAGE, largest_body=largest, also_at=at)


class BothLocalhosts(HTTPServer):
    """A server that, told to listen at 127.0.0.1, does so at ::1 as well, and waits for no body for ever."""

    def initialize(self, *arguments: Any, **options: Any) -> None:
        """Bound what is taken of a request, and for how long."""
        largest = arguments[0].settings["largest_body"]
        bounds = {"max_body_size": largest, "body_timeout": BODY_TIMEOUT_S, "idle_connection_timeout": IDLE_TIMEOUT_S}
        super().initialize(*arguments, **(options | bounds))
        self._also_at = arguments[0].settings["also_at"]

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
        if self._also_at:
            self.add_socket(bind_unix_socket(self._also_at))


def main() -> None:
    """The command line of configurable-http-proxy."""
    cli.HTTPServer = BothLocalhosts
    configproxy.ProxyHandler = StreamingProxyHandler
    configproxy.Application = _application
    AsyncHTTPClient.configure(HubsClient)
    cli.main()
