"""What checks take as `nb`: the notebook that has run, its variables as plain data, its functions."""

from __future__ import annotations

import builtins
import json
import re
import time
from typing import Any

from . import answers
from .cells import Step
from .line import KernelDied, KernelLine, TooMuchOutput, TooSlow
from .values import BadValue, decode, encode
from .words import Words

_ASK = "__import__({module!r}, fromlist=['x']).{question}({arguments})"
#: what the kernel's side may say is wrong
_PROBLEMS = ("missing", "not_callable", "raised", "not_plain", "too_big")
#: types that a notebook has without naming them
_NAMES = frozenset(dir(builtins)) | {
    "function", "method", "module", "generator", "coroutine", "ndarray", "Timestamp", "Axes", "Figure", "NoneType",
}  # fmt: skip


class NotebookProblem(AssertionError):
    """The notebook has not what a check asks for: the check fails, and the trainee may read why."""


class NotebookLost(Exception):
    """The kernel cannot be asked any more: the check did not run."""


class Notebook:
    """The notebook after it has run from clean."""

    def __init__(self, line: KernelLine, steps: list[Step], words: Words) -> None:
        self._line = line
        self._words = words
        # a function could tell in a type's name what a check gave it, so only names that are known are repeated
        self._names = _NAMES.union(*(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", step.source) for step in steps))
        self._steps = {step.handout_id: step for step in reversed(steps) if step.handout_id is not None}
        #: until when an answer is waited for; set anew for each check
        self.until = 0.0

    def __getitem__(self, name: str) -> Any:
        """The value of a variable, as plain data."""
        return self._ask("value", name)

    def has(self, name: str) -> bool:
        """Whether the variable is there."""
        return bool(self._ask("has", name))

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a function of the notebook's; arguments and result are plain data."""
        return self._ask("call", name, encode((list(args), kwargs)))

    def source(self, cell: str) -> str:
        """What was run as this cell of the handout."""
        return self._step(cell).source

    def output(self, cell: str) -> str:
        """What the cell printed, and its result, as text."""
        return self._step(cell).output

    def ran(self, cell: str) -> bool:
        """Whether the cell ran without an error."""
        return self._step(cell).ran

    def _step(self, cell: str) -> Step:
        if cell not in self._steps:
            raise KeyError(f"the handout has no code cell {cell!r}")
        return self._steps[cell]

    def _ask(self, question: str, name: str, *arguments: str) -> Any:
        expression = _ASK.format(
            module=answers.__name__, question=question, arguments=", ".join(repr(text) for text in (name, *arguments))
        )
        if not self._line.usable:
            raise NotebookLost
        try:
            reply = self._line.execute("", self.until, _Deaf(), {"answer": expression})
        except KernelDied as error:
            if question == "call":
                raise self._problem("ended", name) from error
            raise NotebookLost from error
        except (TooSlow, TooMuchOutput) as error:
            late = isinstance(error, TooSlow) and time.monotonic() >= self.until
            self._line.stop()
            raise self._problem("endless" if late else "too_much", name) from error
        return self._value(name, reply)

    def _value(self, name: str, reply: dict[str, Any]) -> Any:
        """What the kernel says; it may say anything."""
        problem, kind = None, self._words("another")
        try:
            told = _told(reply)
            if "value" in told:
                return decode(told["value"])
            problem = told.get("problem")
            if told.get("type") in self._names:
                kind = told["type"]
        except (BadValue, KeyError, TypeError, ValueError, AttributeError, RecursionError):
            pass
        raise self._problem(problem if problem in _PROBLEMS else "unclear", name, kind)

    def _problem(self, key: str, name: str, kind: str = "") -> NotebookProblem:
        return NotebookProblem(self._words(key, name=name, kind=kind))


class _Deaf:
    """Hears what a called function prints, and keeps nothing of it."""

    def __init__(self) -> None:
        self._heard = 0

    def __call__(self, kind: str, content: dict[str, Any], size: int) -> None:
        self._heard += size
        if self._heard > 16 * 2**20:
            raise TooMuchOutput


def _told(reply: dict[str, Any]) -> dict[str, Any]:
    """The answer within a reply of the kernel's."""
    text = reply["user_expressions"]["answer"]["data"][answers.MIME]
    if not isinstance(text, str):
        raise BadValue("no text")
    told = json.loads(text)
    if not isinstance(told, dict):
        raise BadValue("no answer")
    return told
