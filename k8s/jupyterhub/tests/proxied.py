"""The one-machine proxy before a small server that can misbehave."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from running_hub import free_port
from running_proxy import OwnedSocket, until_listening


class Proxied(str):
    """The address of a proxy, and its process."""

    pid: int

    def __new__(cls, address: str, pid: int) -> Proxied:
        """Take both."""
        made = super().__new__(cls, address)
        made.pid = pid
        return made

    def memory(self) -> int:
        """What it holds, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return 1024 * int(status.partition("VmRSS:")[2].split()[0])


@pytest.fixture
async def proxied() -> AsyncIterator[Proxied]:
    """The address of the proxy in front of a small server."""
    released = asyncio.Event()

    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"cookie": request.headers.get("Cookie"), "path": request.raw_path})

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await released.wait()
        await response.write(b"second")
        return response

    async def release(_: web.Request) -> web.Response:
        released.set()
        return web.Response()

    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    async def refused(_: web.Request) -> web.Response:
        return web.Response(status=403)

    async def broken(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async def socket(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(protocols=("v1.kernel.websocket.jupyter.org",), max_msg_size=2**23)
        await ws.prepare(request)
        await ws.send_str("hello")
        async for message in ws:
            if message.data == "end":
                break
            if message.type == aiohttp.WSMsgType.BINARY:
                await ws.send_bytes(message.data)
            else:
                await ws.send_str(message.data)
        return ws

    flooded = asyncio.Event()

    async def flood(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_str("begin")
        for _ in range(100):
            await ws.send_bytes(bytes(2**20))
        flooded.set()
        await ws.receive()
        return ws

    async def is_flooded(_: web.Request) -> web.Response:
        with suppress(TimeoutError):
            await asyncio.wait_for(flooded.wait(), 4)
        return web.Response(text="done" if flooded.is_set() else "waits")

    async def digest(request: web.Request) -> web.Response:
        length = request.headers.get("Content-Length")
        return web.json_response({"sha256": hashlib.sha256(await request.read()).hexdigest(), "length": length})

    never, begun, gone = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def unread(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    async def kept(request: web.Request) -> web.Response:
        begun.set()
        try:
            await request.read()
        except OSError:
            gone.set()
        return web.Response()

    def when(event: asyncio.Event, name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def wait(_: web.Request) -> web.Response:
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), 20)
            return web.Response(text=name if event.is_set() else "not yet")

        return wait

    async def compressed(_: web.Request) -> web.Response:
        response = web.Response(text="x" * 10_000, headers={"ETag": '"abc"'})
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async def overreaching(_: web.Request) -> web.Response:
        response = web.Response(
            headers={"Service-Worker-Allowed": "/", "Clear-Site-Data": '"cookies"', "Alt-Svc": "h2=x", "NEL": "{}"}
        )
        for cookie in ("own=1; Path=/jupyterhub/user/u1/", "bare=1", "hub=1; Path=/jupyterhub/hub", "all=1; Path=/"):
            response.headers.add("Set-Cookie", cookie)
        for cookie in ("wide=1; Path=/jupyterhub/user/u1/; Domain=example.com", "wide=1; Domain =example.com"):
            response.headers.add("Set-Cookie", cookie)
        # browsers are lenient in reading, and take the last of several paths
        for path in (
            "Path =/api",
            "\tPATH\t= /api",
            "Path=/jupyterhub/user/u1/; path=/api",
            "path=/jupyterhub/USER/u1/",
        ):
            response.headers.add("Set-Cookie", f"spelt=1; {path}")
        for name in ("tenarai_session", "Tenarai_Session", " tenarai_hub"):
            response.headers.add("Set-Cookie", f"{name}=1; Path=/jupyterhub/user/u1/")
        return response

    app = web.Application(client_max_size=2**27)
    app.add_routes(
        [
            web.get("/{base}/user/u1/stream", stream),
            web.get("/{base}/user/u1/overreaching", overreaching),
            web.get("/{base}/user/u1/release", release),
            web.get("/{base}/user/u1/cut", cut),
            web.get("/{base}/user/u1/broken", broken),
            web.get("/{base}/user/u1/refused", refused),
            web.get("/{base}/user/u1/socket", socket),
            web.get("/{base}/user/u1/compressed", compressed),
            web.get("/{base}/user/u1/flood", flood),
            web.get("/{base}/user/u1/flooded", is_flooded),
            web.put("/{base}/user/u1/digest", digest),
            web.put("/{base}/user/u1/unread", unread),
            web.put("/{base}/user/u1/kept", kept),
            web.put("/{base}/user/u1/large", kept),
            web.get("/{base}/user/u1/begun", when(begun, "begun")),
            web.get("/{base}/user/u1/gone", when(gone, "gone")),
            web.route("*", "/{tail:.*}", echo),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    target, port, api = free_port(), free_port(), free_port()
    await web.TCPSite(runner, "127.0.0.1", target).start()
    command = [str(Path(sys.executable).with_name("tenarai-hub-proxy"))]
    command += ["--ip", "127.0.0.1", "--port", str(port), "--api-ip", "127.0.0.1", "--api-port", str(api)]
    command += ["--default-target", f"http://127.0.0.1:{target}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await until_listening(port)
        await until_listening(api)
        async with aiohttp.ClientSession() as http:
            for learner in (1, 2):
                theirs = free_port()
                await web.SockSite(runner, OwnedSocket(theirs, 200_000 + learner)).start()
                route = f"http://127.0.0.1:{api}/api/routes/jupyterhub/user/u{learner}"
                async with http.post(route, json={"target": f"http://127.0.0.1:{theirs}"}) as answer:
                    assert answer.status == 201
        yield Proxied(f"http://127.0.0.1:{port}/jupyterhub/", process.pid)
    finally:
        never.set()
        process.terminate()
        await process.wait()
        await runner.cleanup()
