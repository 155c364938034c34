"""The sample course's assignment: its own solution passes every check, and the handout none that counts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from checks_job import Desk

pytestmark = pytest.mark.usefixtures("alone")

COURSE = Path(__file__).resolve().parents[3] / "docs" / "sample-course"
CHAPTER = COURSE / "chapters" / "13-rent-report"


def check(desk: Desk, submission: bytes) -> dict[str, Any]:
    """What comes of handing this in."""
    listed = yaml.safe_load((CHAPTER / "assignment.yaml").read_text())["checks"]
    handout, checks = (CHAPTER / "notebook.ipynb").read_bytes(), (CHAPTER / "checks.py").read_text()
    desk.lay_out(handout, submission, checks)
    shutil.copytree(COURSE / "data", desk.folder / "data", dirs_exist_ok=True)
    return desk.run_again([check["test"] for check in listed])


def test_the_solution_passes(desk: Desk) -> None:
    result = check(desk, (CHAPTER / "solution.ipynb").read_bytes())
    assert result["execution"]["status"] == "ok", result
    assert {name: test["status"] for name, test in result["tests"].items() if test["status"] != "passed"} == {}


def test_the_handout_does_not(desk: Desk) -> None:
    result = check(desk, (CHAPTER / "notebook.ipynb").read_bytes())
    assert result["execution"]["status"] == "ok", result
    assert "passed" not in {test["status"] for test in result["tests"].values()}, result


def test_a_model_that_is_given_the_answer_is_found_out(desk: Desk) -> None:
    cheated = (CHAPTER / "solution.ipynb").read_text().replace('\\"area\\", \\"age\\"', '\\"rent\\", \\"age\\"')
    result = check(desk, cheated.encode())
    failed = [name for name, test in result["tests"].items() if test["status"] == "failed"]
    assert failed == ["test_the_model_does_not_see_the_answer"], result
