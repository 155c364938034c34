"""The one-machine proxy: streams, keeps subprotocols, and no cookie of the LMS reaches a learner's server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
import yarl
from aiohttp import web

from running_hub import free_port
from running_proxy import OwnedSocket, until_listening
from tenarai_hub.local_proxy import without_lms_cookies


@pytest.fixture
async def proxied() -> AsyncIterator[str]:
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

    app = web.Application()
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
            web.route("*", "/{tail:.*}", echo),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    target, port, api = free_port(), free_port(), free_port()
    await web.TCPSite(runner, "127.0.0.1", target).start()
    learners = free_port()
    await web.SockSite(runner, OwnedSocket(learners, 200_001)).start()
    command = [str(Path(sys.executable).with_name("tenarai-hub-proxy"))]
    command += ["--ip", "127.0.0.1", "--port", str(port), "--api-ip", "127.0.0.1", "--api-port", str(api)]
    command += ["--default-target", f"http://127.0.0.1:{target}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await until_listening(port)
        await until_listening(api)
        route = f"http://127.0.0.1:{api}/api/routes/jupyterhub/user/u1"
        add = {"target": f"http://127.0.0.1:{learners}"}
        async with aiohttp.ClientSession() as http, http.post(route, json=add) as answer:
            assert answer.status == 201
        yield f"http://127.0.0.1:{port}/jupyterhub/"
    finally:
        process.terminate()
        await process.wait()
        await runner.cleanup()


async def test_answers_come_as_they_are_made(proxied: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(proxied + "user/u1/stream") as response:
        assert await response.content.readexactly(5) == b"first"
        async with http.get(proxied + "user/u1/release"):
            pass
        assert await response.content.read() == b"second"


async def test_more_than_ten_requests_are_served_at_once(proxied: str) -> None:
    async with aiohttp.ClientSession() as http:
        waiting = [await http.get(proxied + "user/u1/stream") for _ in range(20)]
        async with http.get(proxied + "user/u1/release"):
            pass
        assert {await response.text() for response in waiting} == {"firstsecond"}


async def test_an_answer_that_broke_off_is_not_taken_for_whole(proxied: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(proxied + "user/u1/cut") as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_cookies_of_the_lms_reach_the_hub_only(proxied: str) -> None:
    cookie = {"Cookie": "a=1; tenarai_session=secret; tenarai_hub=secret; _xsrf=2"}
    async with aiohttp.ClientSession(headers=cookie) as http:
        async with http.get(proxied + "user/u1/x") as response:
            assert (await response.json())["cookie"] == "a=1; _xsrf=2"
        async with http.get(proxied + "hub/home") as response:
            assert "tenarai_hub=secret" in (await response.json())["cookie"]


@pytest.mark.parametrize("path", ["user/u1/hub/x", "%75ser/u1/hub/x", "%2575ser/u1/hub/x", "user%2fu1/hub/x"])
async def test_a_learners_server_is_known_however_its_path_is_spelt(proxied: str, path: str) -> None:
    url = yarl.URL(proxied + path, encoded=True)
    async with aiohttp.ClientSession() as http:
        async with http.get(url, headers={"Cookie": "tenarai_session=secret"}) as answer:
            assert (await answer.json())["cookie"] is None
        async with http.get(url, headers={"Service-Worker": "script"}) as answer:
            assert answer.status == 403


async def test_a_learners_server_reaches_no_further_than_itself(proxied: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        async with http.get(f"{proxied}user/u1/overreaching") as answer:
            kept = [cookie.partition("=")[0] for cookie in answer.headers.getall("Set-Cookie")]
            assert kept == ["own"]
            assert "Service-Worker-Allowed" not in answer.headers
            assert not {"Clear-Site-Data", "Alt-Svc", "NEL"} & set(answer.headers)
        async with http.get(f"{proxied}user/u1/overreaching", headers={"Service-Worker": "script"}) as answer:
            assert answer.status == 403


async def test_large_bodies_that_do_not_come_take_no_memory_of_others(proxied: str) -> None:
    port = int(proxied.split(":")[2].split("/")[0])
    head = b"PUT /jupyterhub/user/u1/large HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n"
    waiting = []
    for _ in range(6):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + bytes(1000))
        waiting.append((asyncio.create_task(reader.readline()), writer))
    # four find room, and what is small is served
    async with aiohttp.ClientSession() as http:
        answers, _ = await asyncio.wait([line for line, _ in waiting], timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert [line.result().split()[1] for line in answers][:1] == [b"503"]
        async with http.put(proxied + "user/u1/small", data=bytes(1000)) as small:
            assert small.status == 200
        for line, writer in waiting:
            line.cancel()
            writer.close()
        # and there is room again, once the proxy knows that they are gone
        async with asyncio.timeout(20):
            status = 503
            while status == 503:
                with suppress(aiohttp.ClientError):
                    async with http.put(proxied + "user/u1/large", data=bytes(30_000_000)) as large:
                        status = large.status
        assert status == 200


async def test_both_addresses_of_localhost_are_the_proxys(proxied: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(proxied.replace("127.0.0.1", "[::1]") + "hub/x") as answer:
        assert (await answer.json())["path"] == "/jupyterhub/hub/x"


async def test_websockets_keep_their_subprotocol_and_kind(proxied: str) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(proxied + "user/u1/socket", protocols=["v1.kernel.websocket.jupyter.org"]) as ws,
    ):
        assert ws.protocol == "v1.kernel.websocket.jupyter.org"
        assert (await ws.receive()).data == "hello"
        await ws.send_bytes(b"\0\1")
        assert (await ws.receive()).data == b"\0\1"
        await ws.send_str("text")
        assert (await ws.receive()).data == "text"
        await ws.send_bytes(bytes(3_000_000))
        assert len((await ws.receive()).data) == 3_000_000


async def test_what_a_browser_does_not_read_waits_at_the_server(proxied: str) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(proxied + "user/u1/flood", max_msg_size=0) as ws:
        assert (await ws.receive()).data == "begin"
        # a laptop that sleeps reads no more; a hundred megabytes would be here within a second
        async with http.get(proxied + "user/u1/flooded") as answer:
            assert await answer.text() == "waits"
        for _ in range(100):
            assert len((await ws.receive()).data) == 2**20
        async with http.get(proxied + "user/u1/flooded") as answer:
            assert await answer.text() == "done"


async def test_a_websocket_ends_with_the_server_behind_it(proxied: str) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(proxied + "user/u1/socket") as ws:
        assert (await ws.receive()).data == "hello"
        await ws.send_str("end")
        assert (await ws.receive(timeout=10)).type == aiohttp.WSMsgType.CLOSE


async def test_a_websocket_that_does_not_come_about_is_told_why(proxied: str) -> None:
    async with aiohttp.ClientSession() as http:
        for path, status in (("refused", 403), ("broken", 503)):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(proxied + f"user/u1/{path}")
            assert refused.value.status == status


async def test_compressed_answers_and_names_pass_untouched(proxied: str) -> None:
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        async with http.get(proxied + "user/u1/compressed", headers={"Accept-Encoding": "gzip"}) as response:
            assert (response.headers["Content-Encoding"], response.headers["ETag"]) == ("gzip", '"abc"')
        async with http.get(yarl.URL(proxied + "user/u2/%E7%AB%A0%20a.ipynb?x=%2F", encoded=True)) as response:
            assert (await response.json())["path"] == "/jupyterhub/user/u2/%E7%AB%A0%20a.ipynb?x=%2F"


def test_a_header_of_lms_cookies_alone_becomes_empty() -> None:
    assert without_lms_cookies("tenarai_session=a; Tenarai_hub=b") == ""
