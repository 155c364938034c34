"""What a server takes of those who reach its port, which on one machine is every program: not much, and not for ever.

A body is kept whole before anybody asks who sent it, so that one which is large, or never ends, fills the memory of
whoever is told it.
"""

from __future__ import annotations

import os
import socket
from typing import Any

from tornado import httpserver
from tornado.iostream import IOStream

from . import peers

#: the hub is sent forms, and what the LMS and learners' servers tell it
MAX_BODY = 64 * 1024
BODY_TIMEOUT_S = 30.0
IDLE_TIMEOUT_S = 75.0
#: connections of one learner at once: their server needs a few
MOST_OF_ONE = 20
#: closed before it was looked at
NOBODY = -1


def caller(connection: socket.socket) -> int:
    """The uid of whoever has connected from this machine."""
    found = peers.end(connection.getpeername(), connection.getsockname())
    # one that has gone is of nobody, though the kernel says root
    return found.uid if found and found.inode else NOBODY


class Callers:
    """Who has connected, counted by uid; the site's own programs are not."""

    def __init__(self, most: int = MOST_OF_ONE) -> None:
        self._most = most
        self._open: dict[int, set[IOStream]] = {}

    def admit(self, stream: IOStream) -> bool:
        """Whether there is room for one more of theirs."""
        # what comes through a socket in a folder of ours is ours; all who share one uid are each other's
        if os.geteuid() != 0 or stream.socket.family == socket.AF_UNIX:
            return True
        try:
            uid = caller(stream.socket)
        except OSError:  # it broke off meanwhile
            return False
        if uid == os.geteuid():
            return True
        theirs = {other for other in self._open.pop(uid, ()) if not other.closed()}
        if len(theirs) < self._most:
            theirs.add(stream)
        if theirs:
            self._open[uid] = theirs
        return stream in theirs


class BoundedServer(httpserver.HTTPServer):
    """The hub's own."""

    def initialize(self, *arguments: Any, **options: Any) -> None:
        """Bound what is taken of a request, and for how long."""
        bounds = {"max_body_size": MAX_BODY, "body_timeout": BODY_TIMEOUT_S, "idle_connection_timeout": IDLE_TIMEOUT_S}
        super().initialize(*arguments, **(options | bounds))
        self._callers = Callers()

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Take the connection up, unless there are too many of the same."""
        if self._callers.admit(stream):
            super().handle_stream(stream, address)
        else:
            stream.close()


def bound_the_hub() -> None:
    """JupyterHub makes its server of this class, and lets nobody say with what options."""
    if not issubclass(httpserver.HTTPServer, BoundedServer):
        httpserver.HTTPServer = BoundedServer  # type: ignore[misc]  # in its place
