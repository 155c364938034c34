"""What checks take as `nb`: the notebook that has run, its variables as plain data, its functions."""

from __future__ import annotations

import time
from typing import Any

from . import answers
from .cells import Step
from .line import KernelDied, KernelLine, TooMuchOutput, TooSlow
from .values import BadValue, NotPlain, TooBig, decode, encode

_ASK = "__import__({module!r}, fromlist=['x']).{question}(get_ipython(), {arguments})"


class NotebookProblem(AssertionError):
    """The notebook has not what a check asks for: the check fails, and the trainee may read why."""


class NotebookLost(Exception):
    """The kernel cannot be asked any more: the check did not run."""


class Notebook:
    """The notebook after it has run from clean."""

    def __init__(self, line: KernelLine, steps: list[Step]) -> None:
        self._line = line
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
                raise NotebookProblem(f"`{name}` ended the notebook's kernel.") from error
            raise NotebookLost from error
        except (TooSlow, TooMuchOutput) as error:
            late = isinstance(error, TooSlow) and time.monotonic() >= self.until
            self._line.stop()
            what = f"`{name}` did not come to an end in time." if late else f"`{name}` gives more than can be taken."
            raise NotebookProblem(what) from error
        return _value(name, reply)


class _Deaf:
    """Hears what a called function prints, and keeps nothing of it."""

    def __init__(self) -> None:
        self._heard = 0

    def __call__(self, kind: str, content: dict[str, Any], size: int) -> None:
        self._heard += size
        if self._heard > 16 * 2**20:
            raise TooMuchOutput


def _value(name: str, reply: dict[str, Any]) -> Any:
    """What the kernel says; it may say anything."""
    problem: Any = "nothing"
    said: dict[str, Any] = {}
    try:
        told = decode_answer(reply)
        if "value" in told:
            return decode(told["value"])
        problem, said = told.get("problem"), told
    except (BadValue, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        pass
    kind, message = _word(said.get("type")), said.get("message")
    if problem == "missing":
        raise NotebookProblem(f"There is no `{name}` in the notebook.")
    if problem == "not_callable":
        raise NotebookProblem(f"`{name}` is no function.")
    if problem == "raised":
        told_why = f": {message[:300]}" if isinstance(message, str) and message else ""
        raise NotebookProblem(f"`{name}` raised {kind}{told_why}")
    if problem == "not_plain":
        raise NotebookProblem(f"`{name}` gives a {kind}, which cannot be checked; plain data is wanted.") from NotPlain(kind)
    if problem == "too_big":
        raise NotebookProblem(f"The value of `{name}` is too big to be checked.") from TooBig()
    raise NotebookProblem(f"`{name}` cannot be read.")


def decode_answer(reply: dict[str, Any]) -> dict[str, Any]:
    """The answer within a reply of the kernel's."""
    import json

    text = reply["user_expressions"]["answer"]["data"][answers.MIME]
    if not isinstance(text, str):
        raise BadValue("no text")
    told = json.loads(text)
    if not isinstance(told, dict):
        raise BadValue("no answer")
    return told


def _word(said: Any) -> str:
    """A type's name, as far as it looks like one."""
    return "".join(c for c in said if c.isalnum() or c in "_.[] ")[:80] if isinstance(said, str) else "value"
