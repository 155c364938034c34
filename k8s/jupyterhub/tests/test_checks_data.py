"""Which cells run, and what passes as a value: no sandbox needed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checks_job import cell, notebook
from tenarai_checks.inside import cells, values
from tenarai_checks.inside.cells import Plan
from tenarai_checks.sandbox import seccomp


def plan(handout: list[dict[str, Any]], submission: list[dict[str, Any]]) -> Plan:
    return cells.plan(cells.read(notebook(*handout)), cells.read(notebook(*submission)))


def sources(made: Plan) -> list[str]:
    return [step.source for step in made.steps]


HANDOUT = [cell("a", "given a"), cell("b", "answer b", "answer"), cell("c", "given c")]


def test_the_handouts_order_holds_whatever_was_moved() -> None:
    made = plan(HANDOUT, [cell("c", "given c"), cell("b", "theirs"), cell("a", "given a")])
    assert sources(made) == ["given a", "theirs", "given c"]
    assert made.restored == []


def test_what_was_added_runs_behind_the_cell_it_follows() -> None:
    made = plan(HANDOUT, [cell(None, "first"), cell("a", "given a"), cell("x", "behind a"), cell("b", "theirs"),
                          cell("b", "again"), cell("y", "text", kind="markdown")])  # fmt: skip
    assert sources(made) == ["first", "given a", "behind a", "theirs", "again", "given c"]
    assert (made.missing, made.duplicated, made.added) == (["c"], ["b"], 4)
    assert [step.handout_id for step in made.steps] == [None, "a", None, "b", None, "c"]


def test_an_answer_that_is_no_code_any_more_is_the_handouts() -> None:
    made = plan(
        HANDOUT, [cell("a", "given a", kind="markdown"), cell("b", "theirs", kind="raw"), cell("c", "given c\n")]
    )
    assert sources(made) == ["given a", "answer b", "given c"]
    assert made.restored == ["a", "b"]


def test_a_submissions_own_tags_say_nothing() -> None:
    made = plan(HANDOUT, [cell("a", "theirs", "answer"), cell("b", "x", "raises-exception"), cell("c", "given c")])
    assert sources(made) == ["given a", "x", "given c"]
    assert [step.may_raise for step in made.steps] == [False, False, False]


def test_sources_in_lines_and_cells_without_ids_are_read() -> None:
    lines = cell("b", "") | {"source": ["x = 1\n", "y = 2"]}
    old = cell(None, "no id")
    assert sources(plan(HANDOUT, [lines, old])) == ["given a", "x = 1\ny = 2", "no id", "given c"]


@pytest.mark.parametrize(
    "said",
    [
        "5x", "[1]", "{}", '{"list": 1}', '{"list": [1], "tuple": [1]}', '{"any": 1}', '{"_items": []}', '{"eval": "1"}',
        '{"int": "xyz"}', '{"float": "1e5"}', '{"bytes": "%%%"}', '{"set": [{"list": []}]}', '{"dict": [[1]]}',
        '{"array": {"shape": [-1], "dtype": "<f8", "bytes": ""}}', '{"array": {"shape": [1], "dtype": "O", "bytes": ""}}',
        '{"array": {"shape": [1], "dtype": "<f8,<f8", "bytes": ""}}', '{"array": {"shape": [2], "dtype": "<f8", "bytes": "AAAAAAAAAAA="}}',
        '{"array": {"shape": [true], "dtype": "|u1", "bytes": "AA=="}}', '{"array": {"shape": [1000000000], "dtype": "<U0", "bytes": ""}}',
        '{"array": {"shape": [1], "dtype": "<U1", "bytes": "/////w=="}}', '{"scalar": {"shape": [1], "dtype": "|u1", "bytes": "AA=="}}',
        '{"series": {"name": 1, "index": {"names": [null], "data": {"dtype": "int", "items": []}}, "data": 1}}',
        '{"frame": {"columns": {"names": [null], "data": {"dtype": "str", "items": []}}, "index": 1, "data": []}}',
        '{"list":' * 1_000 + "1" + "}" * 1_000, "[" * 100_000, "9" * 10_000, 5, None, b"1", "1" * (values.MAX_ENCODED + 1),
        json.dumps({"list": [1] * (values.MAX_ITEMS + 1)}),
    ],
    ids=lambda said: str(said)[:40],
)  # fmt: skip
def test_what_is_no_encoded_value_is_none(said: Any) -> None:
    with pytest.raises(values.BadValue):
        values.decode(said)


def test_a_truth_of_a_third_kind_becomes_one_of_two() -> None:
    made = values.decode('{"array": {"shape": [3], "dtype": "|b1", "bytes": "AAEC"}}')
    assert made.tobytes() == b"\x00\x01\x01"


class List(list[int]):
    """A list that is none."""


@pytest.mark.parametrize("value", [object(), List(), [List()], {"a": len}, 1j, range(3), ...])
def test_only_plain_types_are_sent(value: Any) -> None:
    with pytest.raises(values.NotPlain):
        values.encode(value)


@pytest.mark.parametrize(
    "value", ["x" * 2**23, 1 << 2**26, [0] * 10**6, bytes(2**23)], ids=["text", "number", "list", "bytes"]
)
def test_what_is_too_big_is_not_sent(value: Any) -> None:
    with pytest.raises(values.TooBig):
        values.encode(value)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_has_whole_instructions_and_jumps_that_land(machine: str) -> None:
    program = seccomp.program(machine)
    count, rest = divmod(len(program), 8)
    assert rest == 0
    for at in range(count):
        _, if_true, if_false = program[at * 8 : at * 8 + 4][0], program[at * 8 + 2], program[at * 8 + 3]
        assert at + 1 + max(if_true, if_false) < count or at == count - 1


def test_no_filter_is_no_sandbox() -> None:
    with pytest.raises(seccomp.UnknownMachine):
        seccomp.program("vax")
