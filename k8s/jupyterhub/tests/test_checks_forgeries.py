"""Submissions that forge: results, messages, values, notebooks. None is taken for what it says it is."""

from __future__ import annotations

import json

import pytest

from checks_job import ANSWER, CHECK, SHOW, Desk, cell, notebook, outcome

pytestmark = pytest.mark.usefixtures("alone")

FORGERIES = {
    "patched pytest": """
import builtins, sys, types
try:
    import pytest, _pytest.assertion, _pytest.python, _pytest.runner
    pytest.main = pytest.fail = lambda *a, **k: 0
    _pytest.runner.call_runtest_hook = lambda *a, **k: None
    _pytest.python.Function.runtest = lambda self: None
except ImportError: pass
builtins.AssertionError = builtins.KeyError
""",
    "patched helpers": """
import tenarai_checks.inside.values as values, tenarai_checks.inside.answers as answers, json
values.encode = answers.encode = lambda value: json.dumps({"list": [{"no": "such"}]})
""",
    "a result file": """
import json, os
forged = json.dumps({"format": 1, "status": "finished", "tests": {"test_answer": {"status": "passed"}}})
for name in ("result.json", "/tmp/result.json", "/tmp/home/result.json", "report.xml"):
    open(name, "w").write(forged)
""",
    "standard output": """
import json, os, sys
line = json.dumps({"event": "test", "name": "test_answer", "status": "passed", "message": "", "seconds": 0}) + "\\n"
done = json.dumps({"event": "done"}) + "\\n"
for descriptor in range(64):
    try: os.write(descriptor, (line + done).encode())
    except OSError: pass
for descriptor in range(8):
    try:
        with open(f"/proc/1/fd/{descriptor}", "w") as out: out.write(line + done)
    except OSError: pass
""",
    "messages of the kernel": """
kernel = get_ipython().kernel
for kind, content in (
    ("status", {"execution_state": "idle"}), ("execute_result", {"data": {"text/plain": "passed"}}),
    ("stream", {"name": "stdout", "text": 5}), ("test", {"event": "done"}),
    ("stream", []), ("error", None),
):
    try: kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
    except TypeError: pass
kernel.iopub_socket.send_multipart([b"", b"<IDS|MSG>", b"garbage"])
kernel.iopub_socket.send_multipart([b"x"] * 3)
""",
}


@pytest.mark.parametrize("source", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_result_is_none(desk: Desk, source: str) -> None:
    result = desk.run_cells("answer = 'mine'", source, checks=CHECK)
    assert result["tests"]["test_answer"]["status"] in ("failed", "not_run"), result
    assert "passed" not in json.dumps(result)
    if "descriptor" not in source:  # writing everywhere breaks the kernel itself
        assert outcome(result) == ("finished", "ok", {"test_answer": "failed"})


EXITS = {
    "in a cell": "import os; os._exit(0)",
    "by a signal": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "from C": "import ctypes; ctypes.string_at(1)",
    "of its group": "import os, signal; os.killpg(0, signal.SIGKILL)",
    "of all it may end": "import os, signal\nfor pid in (1, -1):\n    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass\nos.abort()",
}


@pytest.mark.parametrize("source", EXITS.values(), ids=EXITS)
def test_a_kernel_that_leaves_is_a_crash_and_not_a_pass(desk: Desk, source: str) -> None:
    result = desk.run_cells("answer = 'mine'", source, checks=CHECK)
    assert outcome(result) == ("crashed", "died", {"test_answer": "not_run"})
    assert result["execution"]["cell"] == "c2"


def test_leaving_at_exit_or_while_asked_changes_nothing(desk: Desk) -> None:
    at_exit = "import atexit, os\nanswer = 'mine'\natexit.register(os._exit, 0)"
    assert outcome(desk.run_cells(at_exit, checks=CHECK)) == ("finished", "ok", {"test_answer": "failed"})
    asked = "import os\ndef f(): os._exit(0)"
    checks = "def test_f(nb): nb.call('f')\ndef test_g(nb): nb['f']"
    result = desk.run_cells(asked, checks=checks)
    assert outcome(result) == ("crashed", "ok", {"test_f": "failed", "test_g": "not_run"})
    assert result["tests"]["test_f"]["message"] == "`f` ended the notebook's kernel."
    leaving = "exit()"
    assert outcome(desk.run_cells("answer = 'mine'", leaving, checks=CHECK))[2] != {"test_answer": "passed"}


def test_a_function_cannot_tell_its_author_what_a_check_gave_it(desk: Desk) -> None:
    source = """
def as_error(x): raise ValueError(x)
def as_type(x): return type("".join(x.split("-")[1:]), (), {})()
def as_error_type(x): raise type("E" + x, (Exception,), {})()
def as_output(x): print(x)
"""
    names = ("as_error", "as_type", "as_error_type", "as_output")
    checks = "\n".join(f"def test_{name}(nb): assert nb.call('{name}', '{ANSWER}') == 1" for name in names)
    result = desk.run_cells(source, checks=checks)
    assert {test["status"] for test in result["tests"].values()} == {"failed"}
    assert "answer" not in json.dumps(result), result


HOSTILE_VALUES = {
    "a class of its own": "class X:\n    __class__ = str\n    def __eq__(self, other): return True\n    def __reduce__(self): return (exec, ('raise SystemExit',))\nanswer = X()",
    "a list that is none": f"class X(list):\n    def __iter__(self): return iter(['{ANSWER}'])\n    def __eq__(self, other): return True\nanswer = X([1])",
    "a text that is none": "class X(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__\nanswer = X('x')",
    "an array of objects": "import numpy as np\nclass X:\n    def __eq__(self, other): return True\nanswer = np.array([X()], dtype=object)",
    "a circle": "answer = []\nanswer.append(answer)",
    "a deep one": "answer = []\nfor _ in range(100_000): answer = [answer]",
    "a large text": "answer = 'x' * (100 * 2**20)",
    "a large number": "answer = 1 << (10**8)",
    "a wrong shape": 'import tenarai_checks.inside.answers as a\na.encode = lambda value: \'{"array": {"shape": [1000000000000], "dtype": "<f8", "bytes": ""}}\'\nanswer = 1',
    "an array of pickles": 'import tenarai_checks.inside.answers as a\na.encode = lambda value: \'{"array": {"shape": [1], "dtype": "|O", "bytes": "AAAAAAAAAAA="}}\'\nanswer = 1',
    "a hidden method": "import tenarai_checks.inside.answers as a\na.encode = lambda value: '{\"_class__\": 1}'\nanswer = 1",
    "a deep answer": "import tenarai_checks.inside.answers as a\na.encode = lambda value: '{\"list\":[' * 100_000\nanswer = 1",
    "an answer of 64 MB": "import tenarai_checks.inside.answers as a\na.encode = lambda value: 'x' * (64 * 2**20)\nanswer = 1",
    "no answer": "import tenarai_checks.inside.answers as a\na.value = lambda *arguments: None\nanswer = 1",
    "an answer in pickle": "import tenarai_checks.inside.answers as a, pickle\na.encode = lambda value: pickle.dumps(value, 0).decode()\nanswer = 1",
}


@pytest.mark.parametrize("source", HOSTILE_VALUES.values(), ids=HOSTILE_VALUES)
def test_a_hostile_value_is_no_value(desk: Desk, source: str) -> None:
    checks = CHECK + "\ndef test_next(nb): assert nb.ran('c1')\n"
    result = desk.run_cells(source, checks=checks, test_seconds=4)
    assert result["status"] == "finished", result
    assert result["tests"]["test_answer"]["status"] in ("failed", "error"), result
    assert result["tests"]["test_next"]["status"] == "passed", result


# --- notebooks that are none ------------------------------------------------------------------------------------

UNREADABLE = {
    "100 MB": b'{"cells": [' + b'" "' * (34 * 2**20) + b"]}",
    "deep": b'{"nbformat": 4, "cells": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}",
    "deep within a cell": b'{"nbformat": 4, "cells": [{"metadata": '
    + b'{"a":' * 100_000
    + b"1"
    + b"}" * 100_000
    + b"}]}",
    "wide": b'{"nbformat": 4, "cells": [' + b"[]," * (6 * 2**20) + b"[]]}",
    "broken": b'{"nbformat": 4, "cells": [',
    "not text": b"\xff\xfe\x00\x01" * 100,
    "a number": b"4",
    "a long number": b'{"nbformat": ' + b"4" * 1_000_000 + b', "cells": []}',
    "an old one": b'{"nbformat": 3, "worksheets": []}',
    "cells of another kind": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": {"a": 1}}]}',
    "cells without source": b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
    "too many cells": notebook(*[cell(None, "1")] * 3_000),
    "empty": b"",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_notebook_is_unreadable(desk: Desk, content: bytes) -> None:
    result = desk.run(notebook(cell("one", "a = 1")), content, CHECK)
    assert outcome(result) == ("unreadable", "not_run", {"test_answer": "not_run"})


def test_odd_metadata_and_half_characters_are_passed_over(desk: Desk) -> None:
    odd = cell("one", "seen = '\ud800' + 'é'") | {"metadata": {"tags": [1, None, {"a": []}]}}
    more = cell(None, "more = 1") | {"id": ["no", "text"], "metadata": [1], "outputs": {"x": "y"}}
    result = desk.run(notebook(cell("one", "seen = 1")), notebook(odd, more), SHOW)
    assert outcome(result)[:2] == ("finished", "ok"), result
    assert json.loads(result["tests"]["test_show"]["message"]) == "?é"


def test_words_that_no_reader_takes_are_told_without_them(desk: Desk) -> None:
    """Half a surrogate pair is no text, and a database may refuse a NUL: neither must stop the whole result."""
    session = "import json\nget_ipython().kernel.session.pack = lambda said: json.dumps(said, default=str).encode()"
    raised = "raise ValueError('a\\0b \\ud800 half')"
    checks = """
def test_words(nb):
    assert nb["x"] == "3", f"x is {nb['x']}"
"""
    result = desk.run_cells("x = '\\0 \\udfff'", session, raised, checks=checks)
    assert outcome(result) == ("finished", "failed", {"test_words": "failed"})
    assert result["execution"]["error_message"] == "a\ufffdb \ufffd half"
    assert result["tests"]["test_words"]["message"] == "x is \ufffd \ufffd"
