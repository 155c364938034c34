"""The pages that our authenticator adds to the hub."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyterhub.handlers.base import BaseHandler
from tornado.httputil import url_concat
from tornado.web import StaticFileHandler

from . import planted
from .lms import LmsUnavailable
from .tickets import COOKIE

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

#: marks the second try of a browser with several tickets
AGAIN = "again"
STATIC_PATH = Path(__file__).parent / "static"


def is_page_load(handler: Any) -> bool:
    """Whether a browser loads this as a page: JavaScript cannot forge Sec-Fetch-Mode."""
    request: HTTPServerRequest = handler.request
    return request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"


class LmsLoginHandler(BaseHandler):  # type: ignore[misc]  # jupyterhub is not typed
    """`/hub/lms-login`: always signs in anew, so that no earlier session of this browser survives a new ticket.

    The hub's own `/hub/login` skips the authenticator for a browser that still has a hub session.
    """

    async def get(self) -> None:
        """Go on to the page that was asked for, or say where to sign in."""
        self.set_header("Cache-Control", "no-store")
        try:
            user = await self.login_user()
        except LmsUnavailable as error:
            self.log.warning("%s", error)
            self.set_status(503)
            self.finish(await self.render_template("login.html", unavailable=True))
            return
        if user is None:
            # of several tickets none is believed; those that were planted are removed with this answer
            if len(planted.values(self.request, COOKIE)) > 1 and not self.get_argument(AGAIN, ""):
                self.redirect(url_concat(self.request.uri, {AGAIN: "1"}))
                return
            # whoever this browser was for the hub before, it is not that person now; a script says nothing about that
            if is_page_load(self):
                self.clear_login_cookie()
            self._jupyterhub_user = None
            self.set_status(401)
            self.finish(await self.render_template("login.html", unavailable=False))
            return
        self._jupyterhub_user = user
        self.redirect(self.get_next_url(user))


class TenaraiStaticHandler(StaticFileHandler):
    """The style sheet and the script of our pages."""

    def set_extra_headers(self, path: str) -> None:
        """Never guessed at, and looked at again after an upgrade."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-cache")
