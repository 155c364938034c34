"""The server's half of the bridge: `tenarai/api/…` below the learner's server, called by the pane's own page."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.ioloop import PeriodicCallback

from .contents import ContentApi, ContentsError, Pristine
from .handouts import HandoutError, Handouts
from .places import Places, UnsafePath
from .resources import measure
from .working_folder import WorkingFolder

PageConfigHook = Callable[[Any, dict[str, Any]], dict[str, Any]]

#: the LMS is asked for a newer publication at most this often
FETCH_EVERY_S = 120.0
#: and for a notebook that is missing, at most this often
FETCH_MISSING_EVERY_S = 1.0
#: how often the learner's folders are looked for
LOOK_EVERY_MS = 5_000

#: as in 20261127-025527
STAMP = re.compile(r"\d{8}-\d{6}")


class Room:
    """The learner's folders, and when the LMS was last asked about them."""

    def __init__(self, places: Places, log: Any) -> None:
        self.places = places
        self.handouts = Handouts(places)
        self._log = log
        # the start script has just asked
        self._asked_at = time.monotonic()
        #: under way, beside what is asked of the server
        self.asking: asyncio.Task[None] | None = None
        self._fetching = asyncio.Lock()
        #: one change at a time of the folder and of what is known to be published: each reads both, and writes anew
        self.changing = asyncio.Lock()
        self._missed_at = -FETCH_MISSING_EVERY_S

    def look_for_news(self) -> None:
        """Fetch a newer publication, beside the request: the next opening will say `outdated`."""
        if time.monotonic() - self._asked_at < FETCH_EVERY_S:
            return
        self._asked_at = time.monotonic()
        self.asking = asyncio.get_running_loop().create_task(self._look())

    async def bring(self, path: str, chapter: int | None = None) -> None:
        """Lay out a handout that is not in the working folder; one that was published meanwhile is fetched first.

        `chapter`: whose it is to be. Where that is not so, as far as is known here, a newer publication may say so.
        """
        exists, known = await asyncio.to_thread(self._look_up, path, chapter)
        if exists and (known or chapter is None):
            return
        if not known:
            async with self._fetching:
                if time.monotonic() - self._missed_at >= FETCH_MISSING_EVERY_S:
                    self._asked_at = time.monotonic()
                    await self._fetch()
                    self._missed_at = time.monotonic()
        async with self.changing:
            await asyncio.to_thread(self.handouts.lay_out_missing, path)

    def _look_up(self, path: str, chapter: int | None) -> tuple[bool, bool]:
        known = self.handouts.is_known(path) if chapter is None else self.handouts.is_of(path, chapter)
        return self.handouts.exists(path), known

    async def _look(self) -> None:
        async with self._fetching:
            await self._fetch()

    async def _fetch(self) -> None:
        base_url = os.environ.get("TENARAI_CONTENT_URL")
        try:
            token = self.places.content_token.read_text()
        except OSError:
            return
        if not base_url:
            return
        try:
            pristine = Pristine(self.places.pristine)
            news = await asyncio.to_thread(pristine.download, ContentApi(base_url, token))
            if news:
                async with self.changing:
                    await asyncio.to_thread(pristine.adopt, news)
        except ContentsError as error:
            self._log.info("No newer material: %s", error)


class _Handler(APIHandler):
    """Answers in JSON; every refusal has a stable code."""

    def initialize(self, room: Room) -> None:
        """Take the learner's folders."""
        self.room = room

    def answer(self, value: Any) -> None:
        """Send a JSON object."""
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(value))

    async def guarded(self, do: Callable[[], Awaitable[Any]]) -> None:
        """Run the request's body and turn its refusals into answers."""
        try:
            self.answer(await do())
        except UnsafePath as error:
            self.refuse(400, "bad_path", str(error))
        except HandoutError as error:
            self.refuse(404 if error.code in ("not_found", "no_handout") else 409, error.code, error.detail)
        except OSError as error:
            self.refuse(507, "storage", f"the file could not be written: {error.strerror}")

    def refuse(self, status: int, code: str, detail: str) -> None:
        """Send an error that the bridge passes on."""
        self.set_status(status)
        self.answer({"code": code, "detail": detail})


class ResourcesHandler(_Handler):
    """GET: how much memory is used, and which files got another name. The page asks by itself, so asking is no activity
    of the learner.
    """

    _track_activity = False

    @web.authenticated
    async def get(self) -> None:
        """Measure now."""
        known = self.get_query_argument("moved", "")[:9]
        moved = self.room.handouts.moved_since(int(known) if known.isdecimal() else None)
        self.answer((await asyncio.to_thread(measure)).as_json() | moved)


class HandoutHandler(_Handler):
    """POST {path, chapter_id?, moved?, stamp?}: one verb on one working copy, which is to be this chapter's."""

    @web.authenticated
    async def post(self, verb: str) -> None:
        """Do it off the event loop: a file may be large, a disk slow."""
        told = self.get_json_body()
        body = told if isinstance(told, dict) else {}
        path, chapter = body.get("path"), body.get("chapter_id")
        if not isinstance(path, str):
            self.refuse(400, "bad_path", "path is missing")
            return
        if chapter is not None and type(chapter) is not int:
            self.refuse(400, "bad_chapter", "chapter_id is no number")
            return
        handouts = self.room.handouts
        # the time of day where the learner sits: it names the copies
        stamp = body.get("stamp") if isinstance(body, dict) else None
        if not (isinstance(stamp, str) and STAMP.fullmatch(stamp)):
            stamp = None

        def do() -> Any:
            if chapter is not None:
                handouts.refuse_other(path, chapter)
            match verb:
                case "open":
                    state = handouts.open(path).as_json()
                    whose = {"chapter_id": handouts.chapter_of(path)}
                    return {"path": path, "handout": state} | whose | handouts.moved_since(body.get("moved"))
                case "reset":
                    return {"path": path, "copy_path": handouts.reset(path, stamp)}
                case "update":
                    return {"path": path, "copy_path": handouts.update(path, stamp)}
                case "keep":
                    handouts.keep(path)
                    return {"path": path}
                case _:
                    return handouts.diff(path)

        async def bring_and_do() -> Any:
            if verb == "open":
                await self.room.bring(path, chapter)
                self.room.look_for_news()
            async with self.room.changing:
                return await asyncio.to_thread(do)

        await self.guarded(bring_and_do)


def stop_without_folders(app: ServerApp, places: Places) -> PeriodicCallback:
    """End a server whose folders somebody deleted: it could open nothing any more, and the next start makes them."""

    def look() -> None:
        if not (places.work.is_dir() and places.private.is_dir()):
            app.log.error("The learner's folders are gone; stopping, for the next start to make them anew")
            watch.stop()
            app.stop()

    watch = PeriodicCallback(look, LOOK_EVERY_MS)
    watch.start()
    return watch


def _count_computing(app: ServerApp) -> None:
    """A kernel at work is activity, also one that says nothing for hours."""

    def look() -> None:
        kernels = app.kernel_manager
        states = (getattr(kernels.get_kernel(each), "execution_state", None) for each in kernels.list_kernel_ids())
        if "busy" in states:
            # jupyter_server counts whatever ends like this
            app.web_app.settings["tenarai_last_activity"] = datetime.now(UTC)

    every_s = float(os.environ.get("JUPYTERHUB_ACTIVITY_INTERVAL", "60"))
    PeriodicCallback(look, every_s * 1000).start()


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Called by jupyter_server: adds our endpoints, and tells the page which origin it may talk to."""
    web_app = app.web_app
    places = Places(Path.home())
    room = {"room": Room(places, app.log)}
    if isinstance(app.contents_manager, WorkingFolder):
        app.contents_manager.bring = room["room"].bring
    stop_without_folders(app, places)
    api = url_path_join(web_app.settings["base_url"], "tenarai", "api")
    web_app.add_handlers(  # type: ignore[no-untyped-call]
        ".*$",
        [
            (url_path_join(api, "resources"), ResourcesHandler, room),
            (url_path_join(api, "(open|reset|update|keep|diff)"), HandoutHandler, room),
        ],
    )
    _count_computing(app)
    page = web_app.settings.setdefault("page_config_data", {})
    page["tenaraiLmsOrigin"] = os.environ["TENARAI_LMS_ORIGIN"]

    # JupyterHub's, which says there whose server it is
    hook: PageConfigHook = web_app.settings.get("page_config_hook", lambda _, config: config)

    def say_what_moved(handler: Any, config: dict[str, Any]) -> dict[str, Any]:
        # a page that loads now opens what lies there now; it follows what moves from here on
        return hook(handler, config) | {"tenaraiMoved": str(len(room["room"].handouts.moved))}

    web_app.settings["page_config_hook"] = say_what_moved
