"""The one-machine proxy: streams, keeps subprotocols, and no cookie of the LMS reaches a learner's server."""

from __future__ import annotations

import aiohttp
import pytest
import yarl

from tenarai_hub.local_proxy import without_lms_cookies


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
