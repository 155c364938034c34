"""Answers questions of the checks, in the kernel.

Hostile code may have changed anything here: it can answer what it likes, as its author could have computed what they
liked; but all it can send is data (`values.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .values import NotPlain, TooBig, decode, encode

#: the type under which an answer travels
MIME = "application/vnd.tenarai.answer+json"


class Answer:
    """What a user expression comes to: a text under a type of our own."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.text = json.dumps(said)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": "", MIME: self.text}


def has(name: str) -> Answer:
    """Whether there is a variable."""
    return Answer({"value": encode(name in _variables())})


def value(name: str) -> Answer:
    """The value of a variable."""
    if name not in _variables():
        return Answer({"problem": "missing"})
    return _answer(lambda: _variables()[name])


def call(name: str, arguments: str) -> Answer:
    """What a function of the trainee's returns."""
    if name not in _variables():
        return Answer({"problem": "missing"})
    function = _variables()[name]
    if not callable(function):
        return Answer({"problem": "not_callable"})
    positional, named = decode(arguments)
    try:
        returned = function(*positional, **named)
    except Exception as error:
        return Answer({"problem": "raised", "type": type(error).__name__})
    return _answer(lambda: returned)


def _variables() -> dict[str, Any]:
    from IPython import get_ipython

    variables: dict[str, Any] = get_ipython().user_ns
    return variables


def _answer(get: Callable[[], Any]) -> Answer:
    try:
        return Answer({"value": encode(get())})
    except NotPlain as error:
        return Answer({"problem": "not_plain", "type": str(error)})
    except TooBig:
        return Answer({"problem": "too_big"})
