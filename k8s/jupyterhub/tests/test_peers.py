"""Whose a connection is: the proxy speaks to a learner's own server, whoever else took its port."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from running_hub import free_port
from running_proxy import OwnedSocket, RunningProxy, running_proxy
from tenarai_hub import peers

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="one uid a learner needs root")

COOKIE = {"Cookie": "jupyterhub-user-u1=secret"}
U1, U2 = 200_001, 200_002


class Program:
    """Listens at a port as a uid, and writes down what it is sent."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.port = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve what a learner's server serves."""
        self.heard.append(request.path)
        if request.headers.get("Upgrade"):
            ws = web.WebSocketResponse()
            await ws.prepare(request)
            await ws.close()
            return ws
        return web.Response(text="told")


@asynccontextmanager
async def listening(uid: int, port: int | None = None) -> AsyncIterator[Program]:
    """A program of this uid."""
    program = Program()
    app = web.Application()
    app.add_routes([web.route("*", "/{tail:.*}", program.answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    program.port = port or free_port()
    await web.SockSite(runner, OwnedSocket(program.port, uid)).start()
    try:
        yield program
    finally:
        await runner.cleanup()


@pytest.fixture
async def hub() -> AsyncIterator[Program]:
    """Something in the hub's place."""
    async with listening(0) as program:
        yield program


@pytest.fixture
async def proxy(hub: Program) -> AsyncIterator[RunningProxy]:
    """The proxy before it."""
    async with running_proxy(hub.port) as running:
        yield running


async def test_a_learners_own_server_is_asked(proxy: RunningProxy) -> None:
    async with listening(U1) as server, aiohttp.ClientSession(headers=COOKIE) as http:
        await proxy.route("u1", server.port)
        async with http.get(proxy.url + "user/u1/x") as answer:
            assert await answer.text() == "told"
        async with http.ws_connect(proxy.url + "user/u1/socket"):
            pass
    assert server.heard == ["/jupyterhub/user/u1/x", "/jupyterhub/user/u1/socket"]


@pytest.mark.parametrize("uid", [U2, 0, 65534])
async def test_an_impostor_at_its_port_gets_nothing(proxy: RunningProxy, uid: int) -> None:
    async with listening(uid) as impostor, aiohttp.ClientSession(headers=COOKIE) as http:
        await proxy.route("u1", impostor.port)
        for method in ("GET", "POST", "DELETE"):
            async with http.request(method, proxy.url + "user/u1/x", data=b"secret") as answer:
                assert answer.status == 503
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(proxy.url + "user/u1/socket")
        assert impostor.heard == []


async def test_a_connection_that_is_kept_serves_its_learner_only(proxy: RunningProxy) -> None:
    async with listening(U1) as server, aiohttp.ClientSession() as http:
        for user in ("u1", "u2"):
            await proxy.route(user, server.port)
        async with http.get(proxy.url + "user/u1/x") as answer:
            assert answer.status == 200
        async with http.get(proxy.url + "user/u2/x") as answer:
            assert answer.status == 503
    assert server.heard == ["/jupyterhub/user/u1/x"]


async def test_an_impostor_after_the_servers_end_gets_nothing(proxy: RunningProxy) -> None:
    async with aiohttp.ClientSession(headers=COOKIE) as http:
        async with listening(U1) as server:
            await proxy.route("u1", server.port)
            async with http.get(proxy.url + "user/u1/x") as answer:
                assert answer.status == 200
        async with listening(U2, server.port) as impostor:
            async with http.get(proxy.url + "user/u1/x") as answer:
                assert answer.status == 503
            assert impostor.heard == []


async def test_an_impostor_in_the_hubs_place_gets_nothing_either() -> None:
    async with listening(U2) as impostor, running_proxy(impostor.port) as proxy, aiohttp.ClientSession() as http:
        async with http.get(proxy.url + "hub/home", headers={"Cookie": "tenarai_hub=secret"}) as answer:
            # nor may it say what stands in the page of the error
            assert (answer.status, "told" in await answer.text()) == (503, False)
        assert impostor.heard == []


async def test_whoever_has_no_uid_has_no_server(proxy: RunningProxy) -> None:
    async with listening(0) as server, aiohttp.ClientSession() as http:
        await proxy.route("root", server.port)
        async with http.get(proxy.url + "user/root/x") as answer:
            assert answer.status == 503
        assert server.heard == []


async def test_a_connection_nobody_has_taken_up_yet_is_waited_for() -> None:
    server = OwnedSocket(free_port(), U1)
    with server, socket.create_connection(server.getsockname()) as connection:
        asked = asyncio.create_task(peers.check(connection, U1))
        # some kernels say uid 0 of it, others whose the listener is
        waiting = peers.end(connection.getpeername(), connection.getsockname())
        assert waiting is not None
        assert (waiting.inode, waiting.listens) == (0, False)
        await asyncio.sleep(0)
        assert not asked.done()
        taken, _ = server.accept()
        with taken:
            await asked
            with pytest.raises(peers.NotTheirs):
                await peers.check(connection, U2)


def test_who_listens_is_known_without_a_connection() -> None:
    port = free_port()
    assert peers.listener(port) is None
    with OwnedSocket(port, U2):
        found = peers.listener(port)
        assert found is not None
        assert found.uid == U2
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        found = peers.end(server.getsockname(), ("::", 0))
        assert found is not None
        assert found.listens
    peers.can_be_asked()
