"""Starts learners' servers: what is the same everywhere (a mixin), and the one-machine spawner."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from jupyterhub.spawner import SimpleLocalProcessSpawner
from tornado.web import HTTPError
from traitlets import Instance, Integer, Unicode, default

from . import peers
from .isolation import Confinement, confine, end_what_is_left, learner_uid, prepare_home, site_group
from .lms import Lms, LmsUnavailable
from .progress import Status, read_status

#: how often a start is looked at; the hub's stream is read by people
WATCH_S = 0.1


class ContentTokenMixin:
    """Asks the LMS, just before a start, for the token with which the server fetches its learner's handouts.

    Knows nothing about where the server runs; KubeSpawner takes it as well as the local one.
    """

    async def content_environment(self) -> dict[str, str]:
        """The environment that lets the start script fetch contents; without a token it uses what is there."""
        lms: Lms = self.authenticator.lms  # type: ignore[attr-defined]
        name: str = self.user.name  # type: ignore[attr-defined]
        try:
            token = await lms.content_token(name)
        except LmsUnavailable as error:
            self.log.warning("No content token for %s: %s", name, error)  # type: ignore[attr-defined]
            return {}
        if token is None:
            raise HTTPError(403, f"The site does not know {name}, or has disabled them")
        return {"TENARAI_CONTENT_TOKEN": token}


class LocalLearnerSpawner(ContentTokenMixin, SimpleLocalProcessSpawner):  # type: ignore[misc]  # jupyterhub is not typed
    """Runs each learner's server as a process of this machine; with a uid of their own when the hub is root."""

    learners_dir = Unicode(help="The folder with one home a learner; their uids must be able to enter it.").tag(
        config=True
    )
    memory_mb = Integer(2048, help="Address space of each process of a learner, in MB; enforced.").tag(config=True)
    bin_dir = Unicode(help="The folder with the notebook environment's programs.").tag(config=True)
    content_env = Instance(dict, args=())
    start_id = Unicode(help="Names one start, so that an earlier one's last words are not taken for its own.")

    @default("bin_dir")
    def _bin_dir(self) -> str:
        return str(Path(sys.executable).parent)

    @default("home_dir")
    def _home(self) -> str:
        return str(Path(self.learners_dir) / self.user.name)

    @property
    def confinement(self) -> Confinement:
        """What this learner's processes run as."""
        uid = learner_uid(self.user.name) if os.geteuid() == 0 else None
        group = site_group(Path(self.learners_dir))
        return Confinement(uid=uid, group=group, memory_bytes=self.memory_mb * 1024 * 1024)

    @property
    def locale(self) -> str:
        """The learner's language: what the LMS said with the start, or what their last page load said."""
        said = self.user_options.get("locale") or self.authenticator.locale_of(self.user)
        return said if said in ("ja", "en") else ""

    @property
    def status_file(self) -> Path:
        """Where the start script says how far it is."""
        return Path(self.home_dir) / ".tenarai" / "status.json"

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Become the learner, within their limits."""
        return confine(self.confinement, Path(self.home_dir))

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """A learner's environment begins empty: the hub's own is full of the hub's secrets."""
        env.update(
            USER=self.user.name,
            HOME=self.home_dir,
            SHELL="/bin/sh",
            PATH=f"{self.bin_dir}:/usr/local/bin:/usr/bin:/bin",
            LANG="C.UTF-8",
            TENARAI_MEMORY_LIMIT_BYTES=str(self.memory_mb * 1024 * 1024),
            TENARAI_START_ID=self.start_id,
            TENARAI_LOCALE=self.locale,
            **self.content_env,
        )
        if self.confinement.uid is not None:
            env["TENARAI_HUB_UID"] = str(os.geteuid())
        return env

    async def start(self) -> Any:
        """Fetch the content token, make the home, start the process."""
        self.content_env = await self.content_environment()
        prepare_home(Path(self.home_dir), self.confinement.uid)
        self.start_id = secrets.token_hex(8)
        # a hub that fell during a start knows nothing of what it had started
        await self._end_the_rest()
        ip, port = await super().start()
        await self._until_it_listens(port)
        return ip, port

    async def _until_it_listens(self, port: int) -> None:
        """Wait for the server itself: whoever listens first at a port may be somebody else's program."""
        uid = self.confinement.uid
        if uid is None:
            return
        while (found := peers.listener(port)) is None or found.uid != uid:
            if await self.poll() is not None:
                raise RuntimeError(f"The notebook server of {self.user.name} has ended before it listened")
            await asyncio.sleep(WATCH_S)

    async def stop(self, now: bool = False) -> None:
        """Stop the server, and what its learner started beside it."""
        await super().stop(now=now)
        await self._end_the_rest()

    async def poll(self) -> int | None:
        """Whether the server has ended; one that ended by itself leaves nothing either."""
        ran = bool(self.pid)
        status: int | None = await super().poll()
        if ran and status is not None:
            await self._end_the_rest()
        return status

    async def _end_the_rest(self) -> None:
        limits = self.confinement
        if limits.uid is not None and not await end_what_is_left(limits.uid, limits.group):
            self.log.error("Processes of %s go on, and cannot be ended", self.user.name)

    async def progress(self) -> AsyncIterator[dict[str, object]]:
        """Yield each step once it is true: the process runs, contents arrive, the notebook starts."""
        said = Status("server")
        shown = False
        while True:
            if self.pid and not shown:
                shown = True
                yield said.event()
            for now in read_status(self.status_file, self.start_id) if shown else ():
                if now.further_than(said):
                    said = now
                    yield now.event()
            await asyncio.sleep(WATCH_S)
