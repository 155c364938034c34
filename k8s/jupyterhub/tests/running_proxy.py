"""The one-machine proxy by itself, and programs that listen as a learner."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from running_hub import free_port


class OwnedSocket(socket.socket):
    """Listens, and takes connections up, as a program of this uid would."""

    def __init__(self, port: int, uid: int) -> None:
        super().__init__()
        self.uid = uid
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.bind(("127.0.0.1", port))
        self.listen()
        self._give(self)

    def accept(self) -> tuple[socket.socket, Any]:
        """Take one up."""
        connection, address = super().accept()
        self._give(connection)
        return connection, address

    def _give(self, what: socket.socket) -> None:
        if os.geteuid() == 0:
            os.fchown(what.fileno(), self.uid, self.uid)


class RunningProxy:
    """Its addresses."""

    def __init__(self, port: int, api: int) -> None:
        self.url = f"http://127.0.0.1:{port}/jupyterhub/"
        self._api = f"http://127.0.0.1:{api}/api/routes/jupyterhub/"

    async def route(self, user: str, port: int) -> None:
        """Lead what is for this learner there."""
        target = {"target": f"http://127.0.0.1:{port}"}
        async with aiohttp.ClientSession() as http, http.post(f"{self._api}user/{user}", json=target) as answer:
            assert answer.status == 201


@asynccontextmanager
async def running_proxy(hub: int) -> AsyncIterator[RunningProxy]:
    """The proxy before a hub at this port."""
    port, api = free_port(), free_port()
    command = [str(Path(sys.executable).with_name("tenarai-hub-proxy"))]
    command += ["--ip", "127.0.0.1", "--port", str(port), "--api-ip", "127.0.0.1", "--api-port", str(api)]
    command += ["--default-target", f"http://127.0.0.1:{hub}", "--error-target", f"http://127.0.0.1:{hub}/error"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        # it opens its two ports one after the other
        await until_listening(port)
        await until_listening(api)
        yield RunningProxy(port, api)
    finally:
        process.terminate()
        await process.wait()


async def until_listening(port: int) -> None:
    """Somebody does."""
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
