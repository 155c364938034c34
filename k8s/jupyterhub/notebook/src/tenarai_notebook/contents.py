"""Fetches what the LMS published for this learner into `pristine/`: a manifest, and blobs by their sha256.

Blobs come first and the manifest last, in one rename: whoever reads the manifest finds every blob it names. Nothing
that the LMS sends is used as a file name here but a checked sha256.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import read_file, read_json, sha256, write_atomically, write_json
from .places import UnsafePath, relative_path

TIMEOUT_S = 10.0
MAX_MANIFEST = 8 * 1024 * 1024
MAX_BLOB = 512 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ContentsError(Exception):
    """Contents could not be fetched; what was there before is untouched."""


@dataclass(frozen=True)
class Entry:
    """One published file."""

    path: str
    sha256: str
    size: int
    kind: str
    #: whose handout it is; the same when the chapter gets another name
    chapter: int | None = None


@dataclass(frozen=True)
class Answer:
    """What the LMS answered."""

    status: int
    body: bytes
    etag: str | None


@dataclass(frozen=True)
class News:
    """A manifest whose blobs are there, and which nobody has seen yet."""

    etag: str | None
    manifest: dict[str, Any]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is for one address; it follows nobody elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""


class ContentApi:
    """The LMS's `/content/v1`, asked with the learner's own token."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))

    def get(self, path: str, limit: int, etag: str | None = None) -> Answer:
        """One GET; every failure is a ContentsError."""
        request = urllib.request.Request(
            f"{self._base_url}/content/v1/{path}", headers={"Authorization": f"Bearer {self._token}"}
        )
        if etag:
            request.add_header("If-None-Match", etag)
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                body = response.read(limit + 1)
                if len(body) > limit:
                    raise ContentsError(f"{path} is larger than {limit} bytes")
                return Answer(response.status, body, response.headers.get("ETag"))
        except urllib.error.HTTPError as error:
            if error.code == 304:
                return Answer(304, b"", etag)
            raise ContentsError(f"{path}: the site answered {error.code}") from error
        except (OSError, ValueError) as error:
            raise ContentsError(f"{path}: {error}") from error


class Pristine:
    """The published files of this learner's courses, as of the last complete fetch."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manifest = folder / "manifest.json"
        self._blobs = folder / "blobs"

    def entries(self) -> dict[str, Entry]:
        """Every published file by its path in the working folder."""
        return {entry.path: entry for entry in _entries(read_json(self._manifest).get("manifest", {}))}

    def read(self, digest: str) -> bytes | None:
        """A blob, if it is there and is what its name says."""
        try:
            content = read_file(self._blob(digest))
        except OSError:
            return None
        return content if sha256(content) == digest else None

    def fetch(self, api: ContentApi, report: Callable[[int], None] = lambda percent: None) -> bool:
        """Bring everything up to date; True when something changed. On a ContentsError nothing has."""
        news = self.download(api, report)
        return news is not None and self.adopt(news)

    def download(self, api: ContentApi, report: Callable[[int], None] = lambda percent: None) -> News | None:
        """Fetch what a newer manifest names, beside what is there; None when there is no newer one."""
        known = read_json(self._manifest)
        answer = api.get("manifest", MAX_MANIFEST, known.get("etag") if self._complete(known) else None)
        if answer.status == 304:
            report(100)
            return None
        manifest = _parse(answer.body)
        try:
            self._fetch_blobs(api, list(_entries(manifest)), report)
        except OSError as error:
            raise ContentsError(f"the material could not be stored: {error}") from error
        return News(answer.etag, manifest)

    def adopt(self, news: News) -> bool:
        """From now on this is what was published; True when that is something else than before."""
        known = read_json(self._manifest)
        try:
            write_json(self._manifest, {"etag": news.etag, "manifest": news.manifest})
        except OSError as error:
            raise ContentsError(f"the material could not be stored: {error}") from error
        self._drop_others({entry.sha256 for entry in _entries(news.manifest)})
        return known.get("manifest") != news.manifest

    def _complete(self, known: dict[str, Any]) -> bool:
        try:
            entries = list(_entries(known.get("manifest", {})))
        except (ContentsError, AttributeError):
            return False  # it cannot be read any more, and is fetched again
        return bool(known) and all(self._blob(entry.sha256).exists() for entry in entries)

    def _fetch_blobs(self, api: ContentApi, entries: list[Entry], report: Callable[[int], None]) -> None:
        missing = {entry.sha256: entry for entry in entries if self.read(entry.sha256) is None}
        total, done = sum(entry.size for entry in missing.values()) or 1, 0
        report(0)
        for entry in missing.values():
            content = api.get(f"blobs/{entry.sha256}", min(entry.size, MAX_BLOB)).body
            if sha256(content) != entry.sha256:
                raise ContentsError(f"{entry.path} did not arrive whole ({len(content)} of {entry.size} bytes)")
            write_atomically(self._blob(entry.sha256), content, mode=0o400)
            done += entry.size
            report(100 * done // total)
        report(100)

    def _drop_others(self, keep: set[str]) -> None:
        for path in self._blobs.glob("*"):
            if path.name not in keep:
                with suppress(OSError):  # a folder, which the learner put there
                    path.unlink(missing_ok=True)

    def _blob(self, digest: str) -> Path:
        if not _SHA256.fullmatch(digest):
            raise ContentsError(f"{digest!r} is not a sha256")
        return self._blobs / digest


def _parse(body: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(body)
    except ValueError as error:
        raise ContentsError(f"the manifest is not JSON: {error}") from error
    if not isinstance(manifest, dict):
        raise ContentsError("the manifest is not an object")
    return manifest


def _entries(manifest: dict[str, Any]) -> Iterator[Entry]:
    """Every file of a manifest; one bad entry refuses the whole, since a course with holes is no course."""
    try:
        for course in manifest.get("courses", ()):
            slug = str(course["slug"])
            for file in course["files"]:
                path, digest, size = str(relative_path(file["path"])), str(file["sha256"]), int(file["size"])
                if not path.startswith(f"{slug}/"):
                    raise ContentsError(f"{path!r} lies outside its course")
                if not _SHA256.fullmatch(digest) or size < 0:
                    raise ContentsError(f"{path!r} has no valid sha256 or size")
                chapter = file.get("chapter_id")
                yield Entry(
                    path=path,
                    sha256=digest,
                    size=size,
                    kind=str(file.get("kind", "data")),
                    chapter=None if chapter is None else int(chapter),
                )
    except UnsafePath as error:
        raise ContentsError(str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise ContentsError(f"the manifest is malformed: {error!r}") from error
