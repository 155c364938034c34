"""The shared token: the `tenarai_hub` cookie, a JWT that the LMS signs (EdDSA) for the audience `jupyterhub`."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import jwt

from .lms import LmsUnavailable

COOKIE = "tenarai_hub"
AUDIENCE = "jupyterhub"
HUB_USER = re.compile(r"u[1-9][0-9]{0,17}")

#: keys are fetched again when a token names an unknown one, but not more often than this
JWKS_MIN_AGE_S = 5.0
#: and in any case after this, so that a withdrawn key stops being trusted
JWKS_MAX_AGE_S = 300.0
#: clocks of two machines may differ by this much
LEEWAY_S = 5


class InvalidTicket(Exception):
    """The cookie is not a valid token of the LMS; the message says why and never repeats the token."""


@dataclass(frozen=True)
class Ticket:
    """What a valid token says."""

    hub_user: str
    sid: str
    name: str
    locale: str


class TicketVerifier:
    """Verifies tickets with the LMS's published keys, which rotate."""

    def __init__(
        self,
        issuer: str,
        fetch_jwks: Callable[[], Awaitable[dict[str, Any]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._fetch_jwks = fetch_jwks
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")

    async def verify(self, token: str) -> Ticket:
        """Return what the token says, or raise InvalidTicket."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise InvalidTicket(f"not a token: {error}") from error
        if header.get("alg") != "EdDSA":
            raise InvalidTicket(f"signed with {header.get('alg')!r}, not EdDSA")
        key = await self._key(str(header.get("kid", "")))
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )
        except jwt.InvalidTokenError as error:
            raise InvalidTicket(str(error)) from error
        return _ticket(claims)

    async def _key(self, kid: str) -> jwt.PyJWK:
        age = self._clock() - self._fetched_at
        if age > JWKS_MAX_AGE_S or (kid not in self._keys and age > JWKS_MIN_AGE_S):
            try:
                self._keys = _ed25519_keys(await self._fetch_jwks())
                self._fetched_at = self._clock()
            except LmsUnavailable:
                # a key that was good goes on being good while the LMS restarts; of others nothing can be said
                if kid not in self._keys:
                    raise
        if kid not in self._keys:
            raise InvalidTicket(f"signed with a key the LMS does not publish ({kid!r})")
        return self._keys[kid]


def _ed25519_keys(jwks: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    """The usable keys by their id; keys of other kinds are not for us."""
    return {
        jwk["kid"]: jwt.PyJWK(jwk, algorithm="EdDSA")
        for jwk in jwks.get("keys", ())
        if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519" and jwk.get("kid")
    }


def _ticket(claims: dict[str, Any]) -> Ticket:
    hub_user, sid = claims.get("sub"), claims.get("sid")
    if not isinstance(hub_user, str) or not HUB_USER.fullmatch(hub_user):
        raise InvalidTicket("sub is not a hub user")
    if not isinstance(sid, str) or not sid:
        raise InvalidTicket("sid is missing")
    return Ticket(
        hub_user=hub_user,
        sid=sid,
        name=str(claims.get("name", hub_user)),
        locale="en" if claims.get("locale") == "en" else "ja",
    )
