"""The shared token: only what the LMS signed for the hub, now, gets anybody in."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest

from standin_lms import Key, StandinLms
from tenarai_hub.lms import LmsUnavailable
from tenarai_hub.tickets import JWKS_MAX_AGE_S, InvalidTicket, TicketVerifier


class Keys:
    """A JWKS that counts how often it is fetched, and a clock to move."""

    def __init__(self, lms: StandinLms) -> None:
        self.lms, self.fetched, self.now = lms, 0, 1000.0
        self.down = False
        self.verifier = TicketVerifier(lms.url, self.fetch, lambda: self.now)

    async def fetch(self) -> dict[str, Any]:
        """What the LMS publishes."""
        self.fetched += 1
        if self.down:
            raise LmsUnavailable("it restarts")
        return {"keys": [key.jwk() for key in self.lms.keys]}


@pytest.fixture
def keys(lms: StandinLms) -> Keys:
    """The keys of this test's LMS."""
    return Keys(lms)


async def test_a_good_ticket_says_who_it_is(keys: Keys, lms: StandinLms) -> None:
    session = lms.sign_in("u17", locale="en")
    ticket = await keys.verifier.verify(lms.ticket(session))
    assert (ticket.hub_user, ticket.sid, ticket.locale) == ("u17", session.sid, "en")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "tenarai"},
        {"aud": None},
        {"iss": "http://elsewhere.example"},
        # a fixed moment: it is part of the test's name, which all workers must agree on
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": "root"},
        {"sub": "u0"},
        {"sub": "../u17"},
        {"sub": 17},
        {"sid": None},
        {"sid": 5},
    ],
    ids=str,
)
async def test_a_ticket_with_wrong_claims_is_refused(keys: Keys, lms: StandinLms, claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidTicket):
        await keys.verifier.verify(lms.ticket(lms.sign_in("u17"), **claims))


async def test_a_foreign_key_with_a_known_id_is_refused(keys: Keys, lms: StandinLms) -> None:
    forged = lms.ticket(lms.sign_in("u17"), key=Key(kid=lms.keys[0].kid))
    with pytest.raises(InvalidTicket, match="Signature"):
        await keys.verifier.verify(forged)


async def test_an_unknown_key_is_looked_up_once_and_refused(keys: Keys, lms: StandinLms) -> None:
    for _ in range(3):
        with pytest.raises(InvalidTicket, match="does not publish"):
            await keys.verifier.verify(lms.ticket(lms.sign_in("u17"), key=Key()))
    assert keys.fetched == 1


async def test_a_new_key_is_found_and_a_withdrawn_one_forgotten(keys: Keys, lms: StandinLms) -> None:
    old, session = lms.ticket(lms.sign_in("u17")), lms.sign_in("u17")
    await keys.verifier.verify(old)
    withdrawn = lms.keys[:]
    lms.keys.append(Key())
    keys.now += 10
    await keys.verifier.verify(lms.ticket(session, key=lms.keys[-1]))
    await keys.verifier.verify(old)
    for key in withdrawn:
        lms.keys.remove(key)
    await keys.verifier.verify(old)
    keys.now += JWKS_MAX_AGE_S + 1
    with pytest.raises(InvalidTicket):
        await keys.verifier.verify(old)


async def test_a_known_key_is_good_while_the_lms_restarts(keys: Keys, lms: StandinLms) -> None:
    session = lms.sign_in("u17")
    await keys.verifier.verify(lms.ticket(session))
    keys.now += JWKS_MAX_AGE_S + 1
    keys.down = True
    await keys.verifier.verify(lms.ticket(session))
    with pytest.raises(LmsUnavailable):
        await keys.verifier.verify(lms.ticket(session, key=Key()))


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", ""])
async def test_no_other_algorithm_is_taken(keys: Keys, lms: StandinLms, alg: str) -> None:
    payload = jwt.decode(lms.ticket(lms.sign_in("u17")), options={"verify_signature": False})
    forged = f"{_part({'alg': alg, 'kid': lms.keys[0].kid})}.{_part(payload)}."
    with pytest.raises(InvalidTicket):
        await keys.verifier.verify(forged)


async def test_the_public_key_is_no_shared_secret(keys: Keys, lms: StandinLms) -> None:
    payload = jwt.decode(lms.ticket(lms.sign_in("u17")), options={"verify_signature": False})
    secret = lms.keys[0].jwk()["x"] * 2
    forged = jwt.encode(payload, secret, algorithm="HS256", headers={"kid": lms.keys[0].kid})
    with pytest.raises(InvalidTicket):
        await keys.verifier.verify(forged)


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "....", "é.é.é", "null"])
async def test_what_is_no_token_is_refused(keys: Keys, token: str) -> None:
    with pytest.raises(InvalidTicket):
        await keys.verifier.verify(token)
