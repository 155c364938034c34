"""Whose a connection of this machine is. Its port does not say: any learner's program may listen at a free one.

Asked is the kernel, about the very connection: its other end belongs to whoever took it up, and cannot be passed off as
somebody else's. (`SO_PEERCRED` is for unix sockets; `/proc/net/tcp` lists all connections of the machine to find one.)
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import struct
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from tornado.httpclient import HTTPRequest, _RequestProxy
from tornado.httputil import HTTPHeaders
from tornado.iostream import IOStream
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.tcpclient import TCPClient
from tornado.websocket import WebSocketClientConnection

from .isolation import learner_uid

#: how long a connection may wait to be taken up, and how often it is looked at
PATIENCE_S, LOOK_S = 10.0, 0.005

# sock_diag(7)
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_NLMSG_ERROR = 2
_ALL_STATES = _NO_COOKIE = 0xFFFFFFFF
_LISTENS = 10
_HEAD = struct.Struct("=IHHII")
_ASKED = struct.Struct("=BBBBI")
_NAMES = struct.Struct("!HH16s16s")
_REST = struct.Struct("=III")
_SAID = struct.Struct("=BBBB48sIIIII")

Address = tuple[Any, ...]


class NotTheirs(OSError):
    """Somebody else listens where a server should."""


@dataclass(frozen=True)
class End:
    """One end of a connection, or what waits for connections."""

    uid: int
    #: 0: it stands, but no program has taken it up yet
    inode: int
    listens: bool


def end(local: Address, remote: Address) -> End | None:
    """The end of a connection that is `local` there; where that does not stand, what listens at `local`."""
    address = ipaddress.ip_address(local[0])
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    names = _NAMES.pack(local[1], remote[1], address.packed, ipaddress.ip_address(remote[0]).packed)
    asked = _ASKED.pack(family, socket.IPPROTO_TCP, 0, 0, _ALL_STATES)
    asked += names + _REST.pack(0, _NO_COOKIE, _NO_COOKIE)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as kernel:
        head = _HEAD.pack(_HEAD.size + len(asked), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0)
        kernel.sendto(head + asked, (0, 0))
        answer = kernel.recv(8192)
    _, kind, *_ = _HEAD.unpack_from(answer)
    if kind == _NLMSG_ERROR:
        (error,) = struct.unpack_from("=i", answer, _HEAD.size)
        if -error == 2:  # ENOENT: no such connection
            return None
        raise OSError(-error, os.strerror(-error))
    _, state, _, _, _, _, _, _, uid, inode = _SAID.unpack_from(answer, _HEAD.size)
    return End(uid=uid, inode=inode, listens=state == _LISTENS)


def listener(port: int) -> End | None:
    """What listens at a port of 127.0.0.1."""
    found = end(("127.0.0.1", port), (str(ipaddress.IPv4Address(0)), 0))
    return found if found and found.listens else None


def can_be_asked() -> None:
    """Raise where the kernel does not answer such questions."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = listener(server.getsockname()[1])
    if found is None or found.uid != os.geteuid():
        raise RuntimeError("the kernel does not say whose a connection is (sock_diag)")


def expected_uid(hub_user: str | None) -> int | None:
    """Whose the server of this learner, or the hub itself, has to be; None where all have one uid."""
    if os.geteuid() != 0:
        return None
    return os.geteuid() if hub_user is None else learner_uid(hub_user)


async def check(connection: socket.socket, uid: int) -> None:
    """Raise unless the other end of a new connection is of this uid. Nothing may be sent before."""
    here, there = connection.getsockname(), connection.getpeername()
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = end(there, here)
            if found is None:
                raise NotTheirs(f"the connection to port {there[1]} has ended")
            if found.inode and not found.listens:
                if found.uid != uid:
                    raise NotTheirs(f"uid {found.uid} listens at port {there[1]}, where uid {uid} should")
                return
            await asyncio.sleep(LOOK_S)


class CheckedConnector(aiohttp.TCPConnector):
    """Connections to the servers of one uid; each is checked when it is made, and good for as long as it is kept."""

    def __init__(self, uid: int | None) -> None:
        super().__init__(limit=0)
        self._uid = uid

    async def _create_connection(self, *arguments: Any, **named: Any) -> ResponseHandler:
        made = await super()._create_connection(*arguments, **named)
        if self._uid is not None:
            assert made.transport is not None
            try:
                await check(made.transport.get_extra_info("socket"), self._uid)
            except BaseException:
                made.close()
                raise
        return made


class CheckedClient(TCPClient):
    """The same for tornado."""

    def __init__(self, uid: int | None) -> None:
        super().__init__()
        self._uid = uid

    async def connect(self, *arguments: Any, **named: Any) -> IOStream:
        """Connect and check."""
        stream: IOStream = await super().connect(*arguments, **named)
        if self._uid is not None:
            try:
                await check(stream.socket, self._uid)
            except BaseException:
                stream.close()
                raise
        return stream


class CheckedWebSocket(WebSocketClientConnection):
    """A websocket to a server of this uid."""

    def __init__(self, request: HTTPRequest, uid: int | None, max_message_size: int) -> None:
        # as `websocket_connect` does, which lets nobody choose how it connects
        request.headers = HTTPHeaders(request.headers)
        filled_in = _RequestProxy(request, HTTPRequest._DEFAULTS)
        super().__init__(filled_in, max_message_size=max_message_size)  # type: ignore[arg-type]  # as there
        # it connects in the loop's next turn
        self.tcp_client = CheckedClient(uid)


class HubsClient(SimpleAsyncHTTPClient):
    """Fetches pages of errors from the hub."""

    def initialize(self, *arguments: Any, **named: Any) -> None:
        """As it is, but checked."""
        super().initialize(*arguments, **named)
        self.tcp_client = CheckedClient(expected_uid(None))
