"""What a learner's own file may tell the hub: known steps and numbers, of this start."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tenarai_hub.isolation import learner_uid
from tenarai_hub.progress import Status, read_status


def write(path: Path, words: Any) -> Path:
    """What a start script, or a learner, wrote."""
    path.write_text(json.dumps(words))
    return path


def said(step: Any, percent: Any = 0, **more: Any) -> dict[str, Any]:
    """A file with one step."""
    return {"start_id": "a", "steps": [{"step": step, "percent": percent, **more}]}


def test_the_bar_never_goes_back() -> None:
    steps = [("server", 0), ("contents", 0), ("contents", 50), ("contents", 100), ("notebook", 0)]
    bar = [Status(step, percent).event()["progress"] for step, percent in steps]
    assert bar == sorted(bar)  # type: ignore[type-var]
    assert 0 < bar[0] < bar[-1] < 100  # type: ignore[operator]


def test_this_starts_words_are_read(tmp_path: Path) -> None:
    file = write(tmp_path / "s", said("contents", 40, offline=True))
    assert read_status(file, "a") == [Status("contents", 40, offline=True)]
    file = write(tmp_path / "s", {"start_id": "a", "steps": [{"step": "notebook"}, {"step": "contents", "percent": 9}]})
    assert read_status(file, "a") == [Status("contents", 9), Status("notebook")]
    assert read_status(file, "b") == []


@pytest.mark.parametrize(
    "nonsense",
    [
        [],
        "x",
        {"start_id": "a"},
        {"start_id": "a", "steps": 3},
        {"start_id": "a", "steps": ["server"]},
        said("<script>"),
        said("ready"),
        said("server", "x"),
        said(["server"]),
    ],
    ids=str,
)
def test_nonsense_is_not_repeated(tmp_path: Path, nonsense: Any) -> None:
    assert read_status(write(tmp_path / "s", nonsense), "a") == []


def test_links_pipes_and_endless_files_are_not_read(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", said("server"))
    (tmp_path / "link").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").write_text(" " * 100_000 + secret.read_text())
    for name in ("link", "pipe", "long", "missing"):
        assert read_status(tmp_path / name, "a") == []


def test_a_percentage_stays_one(tmp_path: Path) -> None:
    file = write(tmp_path / "s", said("contents", 10**9))
    assert read_status(file, "a") == [Status("contents", 100)]


def test_uids_are_only_for_learners() -> None:
    assert learner_uid("u17") == 200_017
    for name in ("root", "u", "u-1", "u0", "17", "u1x", f"u{2**31}"):
        with pytest.raises(ValueError, match=r"hub user|no uid"):
            learner_uid(name)
