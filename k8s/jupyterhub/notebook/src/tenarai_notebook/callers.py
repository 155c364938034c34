"""Whom a learner's server answers at all: the hub with its proxy, and its own learner's programs.

Its port can be reached by every program of the machine. What is sent there is kept before anybody asks who sent it, so
that another learner's program could fill the server with bodies that never end. The kernel says whose a connection is.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from typing import Any

from tornado import httpserver
from tornado.iostream import IOStream

#: as at the proxy: a notebook with all its pictures, over a slow line
MAX_BODY = 64 * 1024 * 1024
BODY_TIMEOUT_S = 300.0
IDLE_TIMEOUT_S = 75.0

# sock_diag(7)
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_ALL_STATES = _NO_COOKIE = 0xFFFFFFFF
_HEAD = struct.Struct("=IHHII")
_ASKED = struct.Struct("=BBBBI")
_NAMES = struct.Struct("!HH16s16s")
_REST = struct.Struct("=III")
_SAID = struct.Struct("=BBBB48sIIIII")


def caller(connection: socket.socket) -> int | None:
    """The uid of the program of this machine that has connected; None where it has gone."""
    there, here = connection.getpeername(), connection.getsockname()
    address = ipaddress.ip_address(there[0])
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    asked = _ASKED.pack(family, socket.IPPROTO_TCP, 0, 0, _ALL_STATES)
    asked += _NAMES.pack(there[1], here[1], address.packed, ipaddress.ip_address(here[0]).packed)
    asked += _REST.pack(0, _NO_COOKIE, _NO_COOKIE)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as kernel:
        kernel.sendto(_HEAD.pack(_HEAD.size + len(asked), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0) + asked, (0, 0))
        answer = kernel.recv(8192)
    _, kind, *_ = _HEAD.unpack_from(answer)
    if kind != _SOCK_DIAG_BY_FAMILY:
        return None
    *_, uid, inode = _SAID.unpack_from(answer, _HEAD.size)
    # of a connection that nobody holds any more the kernel says that it is root's
    return uid if inode else None


class OwnServer(httpserver.HTTPServer):
    """What Jupyter makes its server of."""

    def initialize(self, *arguments: Any, **options: Any) -> None:
        """Bound what is taken of a request, and for how long."""
        bounds = {"max_body_size": MAX_BODY, "body_timeout": BODY_TIMEOUT_S, "idle_connection_timeout": IDLE_TIMEOUT_S}
        super().initialize(*arguments, **(options | bounds))
        hub = os.environ.get("TENARAI_HUB_UID")
        #: None: there are no other learners here, or all share one uid
        self._answered = {int(hub), os.getuid()} if hub else None

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Take the connection up, if it is of one of them."""
        try:
            answered = self._answered is None or caller(stream.socket) in self._answered
        except OSError:  # it broke off meanwhile
            answered = False
        if answered:
            super().handle_stream(stream, address)
        else:
            stream.close()


def answer_only_them() -> None:
    """Jupyter makes its server of this class, and lets nobody say with what options."""
    if not issubclass(httpserver.HTTPServer, OwnServer):
        httpserver.HTTPServer = OwnServer  # type: ignore[misc]  # in its place
