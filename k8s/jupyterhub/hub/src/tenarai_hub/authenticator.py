"""Signs people in to the hub with the LMS's shared token, and keeps following what the LMS says.

Four rules, each against a trap that was seen:

* only a page load of our own login handler may sign in. The hub calls `authenticate()` for other requests too (a
  text/plain POST to mint a token skips its XSRF check), and those may come from JavaScript in a notebook;
* a browser is who its cookie says *now*: another person in the same browser is never shown the first one's pages;
* a token (of a learner's server, or of a browser at that server) lives as long as the session it was born in;
* a request of a service is the LMS's own, and is not asked back.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from jupyterhub.auth import Authenticator
from jupyterhub.utils import url_path_join
from traitlets import Any as AnyTrait
from traitlets import Float, Instance, Unicode, default

from . import planted
from .handlers import STATIC_PATH, LmsLoginHandler, TenaraiStaticHandler, is_page_load
from .lms import Lms, LmsUnavailable, Session
from .tickets import COOKIE, InvalidTicket, Ticket, TicketVerifier

if TYPE_CHECKING:
    from jupyterhub.handlers.base import BaseHandler
    from jupyterhub.user import User

#: while the LMS does not answer (it restarts, say), a session that lived this recently counts as living
GRACE_S = 120.0
#: browsers of one person whose sessions are remembered
MAX_SESSIONS = 20


class LmsAuthenticator(Authenticator):  # type: ignore[misc]  # jupyterhub is not typed
    """The LMS decides who is signed in; the hub keeps no password and asks no question."""

    issuer = Unicode(help="Origin of the LMS: the `iss` of every token, and where people are sent to sign in.").tag(
        config=True
    )
    lms_url = Unicode(help="How the hub reaches the LMS.").tag(config=True)
    lms_socket = Unicode(
        None, allow_none=True, help="The Unix socket at which the hub reaches the LMS, instead of a port."
    ).tag(config=True)
    lms_token = AnyTrait("", help="The hub's service token at the LMS.").tag(config=True)

    #: the hub declares an Integer, where 0 means off and 1 leaves a second in which the wrong person is shown
    auth_refresh_age = Float(1e-6, help="Seconds for which a check of a user is good; near 0: every request.").tag(
        config=True
    )

    lms = Instance(Lms)
    verifier = Instance(TicketVerifier)

    @default("lms")
    def _lms(self) -> Lms:
        return Lms(self.lms_url, self.lms_token, self.lms_socket)

    @default("verifier")
    def _verifier(self) -> TicketVerifier:
        return TicketVerifier(self.issuer, self.lms.jwks)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        #: sid or hub user -> when the LMS last said that it lives
        self._alive_at: dict[str, float] = {}
        #: hub user -> language, for the pages of the hub
        self._locales: dict[str, str] = {}

    def login_url(self, base_url: str) -> str:
        """Where the hub sends a browser that is not signed in."""
        return str(url_path_join(base_url, "lms-login"))

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        """Our login page, and the style sheet and script of our pages."""
        return [
            ("/lms-login", LmsLoginHandler),
            (r"/tenarai/(.*)", TenaraiStaticHandler, {"path": str(STATIC_PATH)}),
        ]

    async def authenticate(self, handler: BaseHandler, data: Any = None) -> dict[str, Any] | None:
        """Sign in the person whose ticket came with this page load; None for everybody else."""
        if not (isinstance(handler, LmsLoginHandler) and is_page_load(handler)):
            return None
        ticket = await self._ticket(handler)
        if ticket is None:
            return None
        session = await self.lms.session(ticket.sid)
        if not session.active or session.hub_user != ticket.hub_user:
            self.log.info("The session of %s has ended", ticket.hub_user)
            return None
        self._note(ticket.sid, True)
        self._locales[ticket.hub_user] = session.locale
        return {
            "name": ticket.hub_user,
            "groups": sorted(session.groups),
            "auth_state": {"sessions": await self._remember(handler, ticket), "name": ticket.name},
        }

    async def refresh_user(self, user: User, handler: BaseHandler | None = None) -> bool | dict[str, Any]:
        """Whether this request may go on as this user; the groups with it where they changed."""
        if handler is None:
            return await self._lives(user.name, self.lms.has_session)
        # 5.5 sets this only once it knows who is asking, which is what we are called for then
        asking = getattr(handler, "_jupyterhub_user", user)
        if asking is not user:
            return True  # a service acts on the user; its scopes say what it may
        if getattr(handler, "_token_authenticated", False):
            return await self._token_lives(user, handler)
        return await self._browser_is(user, handler)

    def locale_of(self, user: User | None) -> str | None:
        """The language of this person, when they came by in this run of the hub."""
        return None if user is None else self._locales.get(user.name)

    async def _browser_is(self, user: User, handler: BaseHandler) -> bool | dict[str, Any]:
        ticket = await self._ticket(handler)
        if ticket is None or ticket.hub_user != user.name:
            return False
        # Signed in anew, this browser signs in here anew too: tokens born in the session of before are dead.
        state = await user.get_auth_state() or {}
        if state.get("sessions", {}).get(handler.get_session_cookie()) != ticket.sid:
            return False
        try:
            session = await self.lms.session(ticket.sid)
        except LmsUnavailable as error:
            self.log.warning("%s", error)
            return self._lived_recently(ticket.sid)
        if not self._note(ticket.sid, session.active and session.hub_user == user.name):
            return False
        self._locales[user.name] = session.locale
        return self._changed_groups(user, session)

    async def _token_lives(self, user: User, handler: BaseHandler) -> bool:
        """A token born in a browser session of the hub lives as long as the site session behind it."""
        token = handler.get_token()
        born_in = getattr(token, "session_id", None)
        state = await user.get_auth_state() or {}
        sid = state.get("sessions", {}).get(born_in)
        if sid is None:
            return await self._lives(user.name, self.lms.has_session)

        async def is_active(sid: str) -> bool:
            session = await self.lms.session(sid)
            return session.active and session.hub_user == user.name

        return await self._lives(sid, is_active)

    async def _lives(self, key: str, ask: Any) -> bool:
        try:
            return self._note(key, await ask(key))
        except LmsUnavailable as error:
            self.log.warning("%s", error)
            return self._lived_recently(key)

    def _note(self, key: str, alive: bool) -> bool:
        self._alive_at.pop(key, None)
        if alive:
            self._alive_at[key] = time.monotonic()
        # in the order in which they were noted: what is too old to be of use is in front
        while self._alive_at and not self._lived_recently(oldest := next(iter(self._alive_at))):
            del self._alive_at[oldest]
        return alive

    def _lived_recently(self, key: str) -> bool:
        return time.monotonic() - self._alive_at.get(key, float("-inf")) < GRACE_S

    def _changed_groups(self, user: User, session: Session) -> bool | dict[str, Any]:
        groups = sorted(session.groups)
        if groups == sorted(group.name for group in user.groups):
            return True
        return {"name": user.name, "groups": groups}

    async def _ticket(self, handler: BaseHandler) -> Ticket | None:
        """The ticket of this request; of several that verify, which one is real is never guessed."""
        cookies = planted.values(handler.request, COOKIE)
        if len(cookies) > 1:
            self.log.warning("A browser sent %d tickets; all but the LMS's own are removed", len(cookies))
            for removal in planted.removals(handler.request, COOKIE, handler.hub.base_url.rstrip("/"), self.issuer):
                handler.add_header("Set-Cookie", removal)
        tickets = {ticket for cookie in cookies if (ticket := await self._verified(cookie))}
        whose = {(ticket.hub_user, ticket.sid) for ticket in tickets}
        return tickets.pop() if len(whose) == 1 else None

    async def _verified(self, cookie: str) -> Ticket | None:
        try:
            return await self.verifier.verify(cookie)
        except InvalidTicket as error:
            self.log.info("A ticket was refused: %s", error)
        except LmsUnavailable as error:
            self.log.warning("A ticket could not be verified: %s", error)
        return None

    async def _remember(self, handler: BaseHandler, ticket: Ticket) -> dict[str, str]:
        """Which site session each hub session of this person belongs to, this one included.

        A hub session that belonged to anybody or anything else is ended with all its tokens first.
        """
        user = handler.find_user(ticket.hub_user)
        state = (await user.get_auth_state() if user else None) or {}
        sessions: dict[str, str] = dict(state.get("sessions", {}))
        session_id = handler.get_session_cookie()
        if session_id is None or sessions.get(session_id) != ticket.sid:
            handler.clear_login_cookie()
            if hasattr(handler, "_session_id"):
                del handler._session_id
            session_id = handler.set_session_cookie()
        sessions.pop(session_id, None)
        sessions[session_id] = ticket.sid
        return dict(list(sessions.items())[-MAX_SESSIONS:])
