"""A small LMS for tests: keys, sessions, content tokens, contents, and a page that shows a notebook in a frame.

It keeps to the contract between the LMS and the hub, and can misbehave on demand.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SERVICE_TOKEN = "service-token-of-the-hub-at-the-lms"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Key:
    """A signing key with its id."""

    kid: str = field(default_factory=lambda: secrets.token_hex(4))
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def jwk(self) -> dict[str, str]:
        """Its public half, as the LMS publishes it."""
        raw = self.private.public_key().public_bytes_raw()
        return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": _b64(raw)}


@dataclass
class SiteSession:
    """A browser's session at the LMS."""

    hub_user: str
    sid: str = field(default_factory=lambda: str(uuid.uuid4()))
    active: bool = True
    groups: list[str] = field(default_factory=lambda: ["course-ml-first-steps", "role-trainee"])
    locale: str = "ja"


def notebook(*cells: tuple[str, str, str]) -> bytes:
    """A notebook of (id, kind, source)."""
    made: list[dict[str, Any]] = []
    for cell_id, kind, source in cells:
        cell: dict[str, Any] = {"id": cell_id, "cell_type": kind, "metadata": {}, "source": source}
        if kind == "code":
            cell.update(outputs=[], execution_count=None)
        made.append(cell)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}).encode()


COURSE = "ml-first-steps"
FILES = {
    f"{COURSE}/01-hello.ipynb": notebook(
        ("title", "markdown", "# はじめての Python"),
        ("hello", "code", 'print("こんにちは")'),
        ("fail", "code", "1 / 0"),
    ),
    f"{COURSE}/02-python.ipynb": notebook(("two", "markdown", "# 第2章"), ("sum", "code", "sum(range(10))")),
    f"{COURSE}/03-numpy.ipynb": notebook(("three", "markdown", "# 第3章"), ("np", "code", "import numpy as np")),
    f"{COURSE}/data/rent.csv": b"area,rent\n20,70000\n",
}


class _AtSocket(ThreadingHTTPServer):
    address_family = socket.AF_UNIX
    daemon_threads = True

    def __init__(self, path: Path, handler: type[BaseHTTPRequestHandler]) -> None:
        self._path = path
        super().__init__(("", 0), handler)

    def server_bind(self) -> None:
        """There; a name it has not."""
        self.socket.bind(str(self._path))


class StandinLms:
    """Runs in a thread of the test."""

    def __init__(self, port: int = 0, host: str = "localhost") -> None:
        self.keys = [Key()]
        self.sessions: dict[str, SiteSession] = {}
        self.files: dict[str, bytes] = dict(FILES)
        self.chapters: dict[str, int] = {}
        self.content_tokens: dict[str, str] = {}
        self.disabled: set[str] = set()
        self.down = False
        self.truncate: set[str] = set()
        #: where it sends whoever asks for something whose path contains this, and with which status
        self.moved: tuple[str, str, int] | None = None
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.hub_url = ""
        lms = self

        class Handler(_Handler):
            site = lms

        self._handler = Handler
        self._httpd: ThreadingHTTPServer = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._httpd.daemon_threads = True
        self.port = self._httpd.server_address[1]
        self.url = f"http://{host}:{self.port}"
        self.internal_url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._httpd.serve_forever, args=(0.05,), daemon=True).start()

    def listen_at(self, socket: Path) -> None:
        """Answer at a Unix socket only, as the site does for its own hub; the port is anybody's from now on."""
        self.close()
        self._httpd = _AtSocket(socket, self._handler)
        threading.Thread(target=self._httpd.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._httpd.shutdown()
        self._httpd.server_close()

    def sign_in(self, hub_user: str, **more: Any) -> SiteSession:
        """A new session of this person."""
        session = SiteSession(hub_user, **more)
        self.sessions[session.sid] = session
        return session

    def ticket(self, session: SiteSession, key: Key | None = None, **claims: Any) -> str:
        """The `tenarai_hub` cookie of a session; claims may be replaced to make a bad one."""
        key = key or self.keys[0]
        now = int(time.time())
        payload = {
            "iss": self.url,
            "aud": "jupyterhub",
            "sub": session.hub_user,
            "sid": session.sid,
            "name": session.hub_user,
            "locale": session.locale,
            "iat": now,
            "exp": now + 300,
            "jti": str(uuid.uuid4()),
        } | claims
        payload = {name: value for name, value in payload.items() if value is not None}
        return jwt.encode(payload, key.private, algorithm="EdDSA", headers={"kid": key.kid})

    def manifest(self) -> dict[str, Any]:
        """What a learner may read."""
        files = [
            {
                "path": path,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "kind": "handout" if path.endswith(".ipynb") else "data",
                "chapter_id": self.chapters.get(path),
            }
            for path, content in sorted(self.files.items())
        ]
        return {"courses": [{"slug": COURSE, "publication": 1, "files": files}]}


class _Handler(BaseHTTPRequestHandler):
    """The routes of the contract that the hub and the servers call."""

    site: StandinLms
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Quiet; `requests` keeps what a test may ask for."""

    def do_GET(self) -> None:
        """Answer one of the known routes."""
        self._note()
        if self.site.moved and self.site.moved[0] in self.path:
            _, elsewhere, status = self.site.moved
            self._send(b"", status, {"Location": elsewhere + self.path})
            return
        match urlsplit(self.path).path.strip("/").split("/"):
            case [".well-known", "jwks.json"]:
                self._json({"keys": [key.jwk() for key in self.site.keys]})
            case ["internal", "v1", "sessions", sid] if self._from_hub():
                self._session(self.site.sessions.get(sid))
            case ["internal", "v1", "users", user, "sessions"] if self._from_hub():
                lives = any(s.active for s in self.site.sessions.values() if s.hub_user == user)
                self._json({"active": lives})
            case ["content", "v1", "manifest"] if self._learner():
                self._manifest()
            case ["content", "v1", "blobs", digest] if self._learner():
                self._blob(digest)
            case ["frame"]:
                self._frame()
            case _:
                self._json({"code": "not_found"}, 404)

    def do_POST(self) -> None:
        """Content tokens; everything else is refused."""
        self._note()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/internal/v1/content-tokens" and self._from_hub():
            user = json.loads(body)["hub_user"]
            if user in self.site.disabled:
                self._json({"code": "not_found"}, 404)
                return
            token = secrets.token_hex(16)
            self.site.content_tokens[token] = user
            self._json({"token": token, "expires_at": "2030-01-01T00:00:00Z"})
        else:
            self._json({"code": "forbidden"}, 403)

    def _note(self) -> None:
        self.site.requests.append((self.command, self.path, dict(self.headers)))
        if self.site.down:
            self.close_connection = True
            self.connection.close()
            raise ConnectionAbortedError

    def handle_one_request(self) -> None:
        """A request that was cut off on purpose is no error of the test."""
        try:
            super().handle_one_request()
        except (ConnectionAbortedError, ValueError, OSError):
            self.close_connection = True

    def _from_hub(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {SERVICE_TOKEN}"

    def _learner(self) -> str | None:
        return self.site.content_tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))

    def _session(self, session: SiteSession | None) -> None:
        if session is None:
            self._json({"code": "not_found"}, 404)
        elif not session.active:
            self._json({"active": False})
        else:
            self._json(
                {
                    "active": True,
                    "hub_user": session.hub_user,
                    "groups": session.groups,
                    "locale": session.locale,
                }
            )

    def _manifest(self) -> None:
        manifest = self.site.manifest()
        etag = f'"{hashlib.sha256(json.dumps(manifest).encode()).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self._send(b"", 304, {"ETag": etag})
        else:
            self._json(manifest, headers={"ETag": etag})

    def _blob(self, digest: str) -> None:
        for path, content in self.site.files.items():
            if hashlib.sha256(content).hexdigest() == digest:
                half = content[: len(content) // 2]
                self._send(half if path in self.site.truncate else content, kind="application/octet-stream")
                return
        self._json({"code": "not_found"}, 404)

    def _frame(self) -> None:
        page = Path(__file__).with_name("frame.html").read_text(encoding="utf-8")
        self._send(page.replace("HUB_URL", self.site.hub_url).encode(), kind="text/html; charset=utf-8")

    def _json(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._send(json.dumps(value).encode(), status, headers)

    def _send(
        self, body: bytes, status: int = 200, headers: dict[str, str] | None = None, kind: str = "application/json"
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
