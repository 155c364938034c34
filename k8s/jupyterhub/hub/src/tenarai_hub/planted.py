"""Cookies of the ticket's name that are not the LMS's.

Cookies know no ports: JavaScript in a notebook's output can plant one for the hub's host at another path, or from a
sub-domain for its parent. It cannot replace the real one, which is `HttpOnly`, but a browser sends both.
"""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import Morsel
from ipaddress import ip_address
from random import SystemRandom
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

#: deeper addresses than this are none of the hub's
MAX_SEGMENTS = 12
#: nor are longer names of hosts
MAX_LABELS = 6
#: proxies refuse an answer whose headers are larger than a few kilobytes: the rest goes with the next answers
MAX_REMOVALS = 24


def values(request: HTTPServerRequest, name: str) -> list[str]:
    """Every value that came under this name; tornado's own reading keeps one."""
    pairs = (pair.partition("=") for header in request.headers.get_list("Cookie") for pair in header.split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def removals(request: HTTPServerRequest, name: str, home: str, issuer: str) -> list[str]:
    """`Set-Cookie` headers that expire the name wherever it can have come from, and leave the real one at `home`.

    Of more than fit into one answer, some: the next answer has others.
    """
    removals = list(_removals(request, name, home, issuer))
    return SystemRandom().sample(removals, min(len(removals), MAX_REMOVALS))


def _removals(request: HTTPServerRequest, name: str, home: str, issuer: str) -> Iterator[str]:
    host = urlsplit(f"//{request.host}").hostname or ""
    domains = list(_parents(host))
    site = urlsplit(issuer).hostname or ""
    real = site if host != site and site in domains else None
    for path in _paths(request.path):
        for domain in (None, *domains):
            cookie: Morsel[str] = Morsel()
            # browsers take no cookie that has neither a name nor a value
            cookie.set(name, "gone", "gone")
            cookie.update({"path": path, "max-age": "0"} | ({"domain": domain} if domain else {}))
            if request.protocol == "https":
                cookie["secure"] = True
            removal = cookie.OutputString()
            # one without a name and with the value `tenarai_hub=…` is sent as one of that name
            yield removal.removeprefix(name)
            if path != home or domain != real:
                yield removal


def _paths(path: str) -> list[str]:
    """The paths of cookies that a browser sends to `path`."""
    ends = [end for at, letter in enumerate(path) if letter == "/" for end in (at, at + 1)][: 2 * MAX_SEGMENTS]
    return sorted({path[:end] for end in (*ends, len(path)) if end and ";" not in path[:end]})


def _parents(host: str) -> Iterator[str]:
    """`hub.learn.example.com`, `learn.example.com`, `example.com`; an address or a lone name has none."""
    try:
        ip_address(host)
    except ValueError:
        labels = host.split(".")
        for count in range(min(len(labels), MAX_LABELS), 1, -1):
            yield ".".join(labels[-count:])
