"""The server's half of the bridge: `tenarai/api/…` below the learner's server, called by the pane's own page."""

from __future__ import annotations

import asyncio
import json
import os
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

#: the LMS is asked for a newer publication at most this often
FETCH_EVERY_S = 120.0
#: and for a notebook that is missing, at most this often
FETCH_MISSING_EVERY_S = 1.0
#: how often the learner's folders are looked for
LOOK_EVERY_MS = 5_000


class Room:
    """The learner's folders, and when the LMS was last asked about them."""

    def __init__(self, places: Places, log: Any) -> None:
        self.places = places
        self.handouts = Handouts(places)
        self._log = log
        # the start script has just asked
        self._asked_at = time.monotonic()
        self._asking: asyncio.Task[None] | None = None
        #: one change of the folder at a time: each reads what is recorded of it, and writes that anew
        self.changing = asyncio.Lock()
        self._missed_at = -FETCH_MISSING_EVERY_S

    def look_for_news(self) -> None:
        """Fetch a newer publication, beside the request: the next opening will say `outdated`."""
        if time.monotonic() - self._asked_at < FETCH_EVERY_S:
            return
        self._asked_at = time.monotonic()
        self._asking = asyncio.get_running_loop().create_task(self._fetch())

    async def bring(self, path: str) -> None:
        """Lay out a handout that is not in the working folder; one that was published meanwhile is fetched first."""
        if await asyncio.to_thread(self.handouts.exists, path):
            return
        async with self.changing:
            known = await asyncio.to_thread(self.handouts.is_known, path)
            if not known and time.monotonic() - self._missed_at >= FETCH_MISSING_EVERY_S:
                self._asked_at = time.monotonic()
                await self._fetch()
                self._missed_at = time.monotonic()
            await asyncio.to_thread(self.handouts.lay_out_missing, path)

    async def _fetch(self) -> None:
        base_url = os.environ.get("TENARAI_CONTENT_URL")
        try:
            token = self.places.content_token.read_text()
        except OSError:
            return
        if not base_url:
            return
        try:
            await asyncio.to_thread(Pristine(self.places.pristine).fetch, ContentApi(base_url, token))
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
    """GET: how much memory is used. The page asks by itself, so asking is no activity of the learner."""

    _track_activity = False

    @web.authenticated
    async def get(self) -> None:
        """Measure now."""
        self.answer((await asyncio.to_thread(measure)).as_json())


class HandoutHandler(_Handler):
    """POST {path}: one verb on one working copy."""

    @web.authenticated
    async def post(self, verb: str) -> None:
        """Do it off the event loop: a file may be large, a disk slow."""
        body = self.get_json_body()
        path = body.get("path") if isinstance(body, dict) else None
        if not isinstance(path, str):
            self.refuse(400, "bad_path", "path is missing")
            return
        handouts = self.room.handouts

        def do() -> Any:
            match verb:
                case "open":
                    return {"path": path, "handout": handouts.open(path).as_json()}
                case "reset":
                    return {"path": path, "copy_path": handouts.reset(path)}
                case "update":
                    return {"path": path, "copy_path": handouts.update(path)}
                case "keep":
                    handouts.keep(path)
                    return {"path": path}
                case _:
                    return handouts.diff(path)

        async def bring_and_do() -> Any:
            if verb == "open":
                await self.room.bring(path)
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
