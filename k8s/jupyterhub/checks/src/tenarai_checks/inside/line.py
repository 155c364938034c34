"""The line to the kernel.

What comes over it was written by hostile code: it is bounded, and anything odd is passed over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import zmq
from jupyter_client.session import Session

#: a larger message ends the connection, before it takes memory
MAX_MESSAGE = 16 * 2**20
#: messages that wait unread
WAITING = 16
#: how long a line that is stuck is waited for
SENDING_MS = 1_000
#: a kernel that ends breaks its line a little before it is seen to have ended
ENDING_MS = 1_000
#: how long an interrupted kernel may take to be ready again
STOPPING_S = 3.0
#: a kernel that has answered says soon that it is idle, unless that was lost among too many outputs
IDLE_S = 1.0


class KernelDied(Exception):
    """The kernel is gone."""


class TooSlow(Exception):
    """The time is over; the kernel is still at it."""


class TooMuchOutput(Exception):
    """More is sent than can be taken, or what is no message; the kernel may still be at it."""


class KernelLine:
    """Asks the kernel to run code. One question at a time."""

    def __init__(self, connection: dict[str, Any], alive: int) -> None:
        """`alive` is a descriptor that ends when the kernel does."""
        self._session = Session(key=connection["key"].encode(), username="")
        self._context = zmq.Context()
        self._alive = alive
        self._shell = self._connect(zmq.DEALER, connection, "shell_port")
        self._control = self._connect(zmq.DEALER, connection, "control_port")
        self._iopub = self._connect(zmq.SUB, connection, "iopub_port")
        self._iopub.subscribe(b"")
        self._poller = zmq.Poller()
        for source in (self._shell, self._iopub):
            self._poller.register(source, zmq.POLLIN)
        self._poller.register(alive, zmq.POLLIN | zmq.POLLERR)
        # a message that is too large breaks the connection, and would be waited for in vain
        self._breaks = [one.get_monitor_socket(zmq.EVENT_DISCONNECTED) for one in (self._shell, self._iopub)]
        for monitor in self._breaks:
            self._poller.register(monitor, zmq.POLLIN)
        #: whether the kernel can be asked: not, once it could not be interrupted
        self.usable = True

    def wait_ready(self, until: float) -> None:
        """Wait for the kernel to answer, and for its outputs to reach us."""
        heard = False
        while not heard:

            def hear(kind: str, content: dict[str, Any], size: int) -> None:
                nonlocal heard
                heard = True

            self._ask("kernel_info_request", {}, until, hear, patience=0.2)

    def execute(
        self,
        code: str,
        until: float,
        hear: Callable[[str, dict[str, Any], int], None],
        expressions: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Run code and hear its outputs (type, content, bytes); the kernel's reply."""
        return self._ask(
            "execute_request",
            {
                "code": code,
                "silent": expressions is not None,
                "store_history": expressions is None,
                "user_expressions": expressions or {},
                "allow_stdin": False,
                "stop_on_error": False,
            },
            until,
            hear,
        )

    def stop(self) -> None:
        """Interrupt what runs; when the kernel does not mind, it is not asked any more."""
        until = time.monotonic() + STOPPING_S
        while self.usable:
            try:
                self._send(self._control, "interrupt_request", {})
                self._ask("kernel_info_request", {}, until, lambda kind, content, size: None)
            except (TooSlow, zmq.Again):
                self.usable = False
            except TooMuchOutput:
                continue
            return

    def close(self) -> None:
        """Hang up."""
        self._context.destroy(linger=0)

    def _connect(self, kind: int, connection: dict[str, Any], port: str) -> zmq.Socket[bytes]:
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
        socket.setsockopt(zmq.RCVHWM, WAITING)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.SNDTIMEO, SENDING_MS)
        socket.setsockopt(zmq.RECONNECT_IVL, 20)
        socket.connect(f"{connection['transport']}://{connection['ip']}-{connection[port]}")
        return socket

    def _ask(
        self,
        kind: str,
        content: dict[str, Any],
        until: float,
        hear: Callable[[str, dict[str, Any], int], None],
        patience: float = IDLE_S,
    ) -> dict[str, Any]:
        if not self.usable:
            raise TooSlow
        try:
            asked = self._send(self._shell, kind, content)
        except zmq.Again:
            self.usable = False
            raise TooSlow from None
        reply: dict[str, Any] | None = None
        idle, idle_until = False, until
        while reply is None or not idle:
            left = min(until, idle_until) - time.monotonic()
            if left <= 0:
                if reply is None:
                    raise TooSlow
                break
            ready = dict(self._poller.poll(int(left * 1000) + 1))
            if self._iopub in ready and (said := self._receive(self._iopub, asked)):
                idle = idle or (said[0] == "status" and said[1].get("execution_state") == "idle")
                hear(*said)
            if self._shell in ready and (said := self._receive(self._shell, asked)):
                reply = said[1]
                idle_until = min(until, time.monotonic() + patience)
            if self._alive in ready and self._iopub not in ready and self._shell not in ready:
                self.usable = False
                raise KernelDied
            broken = [monitor for monitor in self._breaks if monitor in ready]
            if broken:
                self._see_why(broken)
        return reply

    def _send(self, socket: zmq.Socket[bytes], kind: str, content: dict[str, Any]) -> str:
        sent: dict[str, Any] = self._session.send(socket, kind, content) or {}
        return str(sent["header"]["msg_id"])

    def _see_why(self, broken: list[zmq.Socket[bytes]]) -> None:
        for monitor in broken:
            with suppress(zmq.Again):
                while True:
                    monitor.recv_multipart(zmq.NOBLOCK)
        end = zmq.Poller()
        end.register(self._alive, zmq.POLLIN | zmq.POLLERR)
        if end.poll(ENDING_MS):
            self.usable = False
            raise KernelDied
        raise TooMuchOutput

    def _receive(self, socket: zmq.Socket[bytes], asked: str) -> tuple[str, dict[str, Any], int] | None:
        """The next message, when it is sound and answers what was asked."""
        try:
            parts = socket.recv_multipart(zmq.NOBLOCK)
            _, message = self._session.feed_identities(parts)
            said = self._session.deserialize(message)
            if said["parent_header"].get("msg_id") != asked or not isinstance(said["content"], dict):
                return None
            return str(said["msg_type"]), said["content"], sum(map(len, parts))
        except (Exception, RecursionError):
            return None
