"""Bodies in the one-machine proxy: passed on as they are taken, so that nobody fills its memory or locks its door."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest

from proxied import Proxied


def port_of(proxied: str) -> int:
    """Where it listens."""
    return int(proxied.split(":")[2].split("/")[0])


async def begin(proxied: str, path: str, length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request that announces a body of this length."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(proxied))
    writer.write(f"PUT /jupyterhub/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
    return reader, writer


async def test_bodies_arrive_whole_however_they_are_sent(proxied: str) -> None:
    body = os.urandom(3_000_000)

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 70_000):
            yield body[at : at + 70_000]

    digest = hashlib.sha256(body).hexdigest()
    async with aiohttp.ClientSession() as http:
        async with http.put(proxied + "user/u1/digest", data=body) as told:
            assert await told.json() == {"sha256": digest, "length": str(len(body))}
        async with http.put(proxied + "user/u1/digest", data=pieces()) as in_chunks:
            assert await in_chunks.json() == {"sha256": digest, "length": None}
        async with http.put(proxied + "user/u1/digest", data=body, expect100=True) as waited:
            assert (await waited.json())["sha256"] == digest


async def test_bodies_that_do_not_come_keep_nobody_from_saving(proxied: str) -> None:
    waiting = [await begin(proxied, "user/u1/large", 60_000_000) for _ in range(20)]
    for _, writer in waiting:
        writer.write(bytes(1000))
    async with aiohttp.ClientSession() as http, http.put(proxied + "user/u1/x", data=bytes(30_000_000)) as large:
        assert large.status == 200
    for _, writer in waiting:
        writer.close()


async def test_a_server_that_does_not_read_fills_no_memory_of_others(proxied: Proxied) -> None:
    before = proxied.memory()
    senders = [await begin(proxied, "user/u1/unread", 60_000_000) for _ in range(8)]
    for _, writer in senders:
        writer.write(bytes(60_000_000))
    sent = [asyncio.create_task(writer.drain()) for _, writer in senders]
    # all that can be taken has been when the next small one, sent later, has gone through
    async with aiohttp.ClientSession() as http:
        for _ in range(20):
            async with http.put(proxied + "user/u1/small", data=bytes(500_000)) as small:
                assert small.status == 200
    assert not any(task.done() for task in sent)
    assert proxied.memory() - before < 40_000_000
    for task, (_, writer) in zip(sent, senders, strict=True):
        task.cancel()
        writer.transport.abort()


async def test_one_server_is_not_sent_more_at_once_than_it_can_keep(proxied: str) -> None:
    async def send(path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await begin(proxied, path, 60_000_000)
        writer.write(bytes(59_000_000))
        await writer.drain()
        return reader, writer

    kept = [await send("user/u1/kept") for _ in range(2)]
    async with aiohttp.ClientSession() as http:
        async with asyncio.timeout(20):
            refused = 200
            while refused == 200:  # the last of theirs is on its way
                with suppress(aiohttp.ClientError):
                    async with http.put(proxied + "user/u1/x", data=bytes(30_000_000)) as third:
                        refused = third.status
        assert refused == 503
        async with http.put(proxied + "user/u1/x", data=bytes(900_000)) as small:
            assert small.status == 200
        async with http.put(proxied + "user/u2/x", data=bytes(30_000_000)) as others:
            assert others.status == 200
        for _, writer in kept:
            writer.close()
        async with asyncio.timeout(20):
            while refused == 503:
                with suppress(aiohttp.ClientError):
                    async with http.put(proxied + "user/u1/x", data=bytes(30_000_000)) as again:
                        refused = again.status
        assert refused == 200


async def test_the_hub_is_sent_nothing_large(proxied: str) -> None:
    reader, writer = await begin(proxied, "hub/login", 60_000_000)
    writer.write(bytes(2_000_000))
    assert (await reader.readline()).split()[1] == b"413"
    writer.close()


async def test_a_browser_that_goes_away_is_not_waited_for(proxied: str) -> None:
    async with aiohttp.ClientSession() as http:
        _, writer = await begin(proxied, "user/u1/large", 60_000_000)
        writer.write(bytes(1000))
        async with http.get(proxied + "user/u1/begun") as answer:
            assert await answer.text() == "begun"
        writer.close()
        async with http.get(proxied + "user/u1/gone") as answer:
            assert await answer.text() == "gone"


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "x", "70000000"])
async def test_a_length_that_is_none_is_refused(proxied: str, length: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(proxied))
    writer.write(f"PUT /jupyterhub/user/u1/x HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
    assert (await reader.readline()).split()[1] == b"400"
    writer.close()
