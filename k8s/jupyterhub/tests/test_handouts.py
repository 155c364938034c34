"""Working copies: laid out, replaced only while untouched, never lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from learner import NEW, ONE, Learner
from standin_lms import COURSE, FILES, notebook
from tenarai_notebook.handouts import HandoutError
from tenarai_notebook.places import UnsafePath


def test_everything_is_there_after_the_first_start(learner: Learner) -> None:
    assert {path: learner.file(path).read_bytes() for path in FILES} == FILES
    assert learner.handouts.state(ONE).state == "untouched"


def test_laying_out_what_is_missing_leaves_everything_else(learner: Learner) -> None:
    two = f"{COURSE}/02-python.ipynb"
    learner.file().unlink()
    learner.lms.files[two] = NEW
    learner.fetch()
    learner.handouts.lay_out_missing(f"{COURSE}/none.ipynb")
    assert not learner.file().exists()
    learner.handouts.lay_out_missing(ONE)
    assert learner.file().read_bytes() == FILES[ONE]
    assert learner.file(two).read_bytes() == FILES[two], "a page that shows it would be surprised"


def test_an_untouched_copy_follows_the_handout(learner: Learner) -> None:
    learner.lms.files[ONE] = NEW
    learner.start()
    assert learner.file().read_bytes() == NEW
    assert learner.handouts.state(ONE).state == "untouched"


def test_work_is_never_overwritten(learner: Learner) -> None:
    mine = learner.edit("print('mine')")
    assert learner.handouts.state(ONE).state == "modified"
    learner.lms.files[ONE] = NEW
    learner.start()
    assert learner.file().read_bytes() == mine
    assert learner.handouts.state(ONE).state == "outdated"


def test_a_file_of_ones_own_in_the_way_of_a_new_handout_stays(learner: Learner) -> None:
    path = f"{COURSE}/09-mine.ipynb"
    learner.file(path).write_bytes(b"{}")
    learner.lms.files[path] = NEW
    learner.start()
    assert learner.file(path).read_bytes() == b"{}"
    assert learner.handouts.state(path).state == "own"


def test_outputs_alone_do_not_make_it_modified_but_are_kept(learner: Learner) -> None:
    document = json.loads(learner.file().read_bytes())
    document["cells"][1]["execution_count"] = 1
    document["cells"][1]["source"] = list(document["cells"][1]["source"])
    learner.file().write_text(json.dumps(document))
    assert learner.handouts.state(ONE).state == "untouched"
    learner.lms.files[ONE] = NEW
    learner.start()
    assert json.loads(learner.file().read_bytes()) == document
    assert learner.handouts.state(ONE).state == "outdated"


def test_a_deleted_copy_comes_back_when_it_is_opened(learner: Learner) -> None:
    learner.file().unlink()
    assert learner.handouts.open(ONE).state == "untouched"
    assert learner.file().read_bytes() == FILES[ONE]


def test_reset_takes_the_handout_and_keeps_a_copy(learner: Learner) -> None:
    mine = learner.edit("print('mine')")
    copies = [learner.handouts.reset(ONE) for _ in range(2)]
    assert learner.file().read_bytes() == FILES[ONE]
    assert learner.file(copies[0]).read_bytes() == mine
    assert len(set(copies)) == 2
    assert learner.handouts.state(ONE).state == "untouched"


def test_update_takes_the_new_handout_and_keeps_a_copy(learner: Learner) -> None:
    mine = learner.edit("print('mine')")
    learner.lms.files[ONE] = NEW
    learner.start()
    copy = learner.handouts.update(ONE)
    assert (learner.file().read_bytes(), learner.file(copy).read_bytes()) == (NEW, mine)


def test_update_keeps_no_copy_of_what_nobody_touched(learner: Learner) -> None:
    learner.lms.files[ONE] = NEW
    learner.fetch()
    there = set(learner.places.work.rglob("*"))
    assert learner.handouts.update(ONE) == ""
    assert learner.file().read_bytes() == NEW
    assert set(learner.places.work.rglob("*")) == there
    learner.file().unlink()
    assert learner.handouts.update(ONE) == ""
    assert learner.file().read_bytes() == NEW


def test_update_keeps_a_copy_of_outputs_too(learner: Learner) -> None:
    document = json.loads(learner.file().read_bytes())
    document["cells"][1]["execution_count"] = 1
    learner.file().write_text(json.dumps(document))
    learner.lms.files[ONE] = NEW
    learner.fetch()
    copy = learner.handouts.update(ONE)
    assert learner.file().read_bytes() == NEW
    assert json.loads(learner.file(copy).read_bytes()) == document


def test_keep_mine_adopts_the_new_base(learner: Learner) -> None:
    mine = learner.edit("print('mine')")
    learner.lms.files[ONE] = NEW
    learner.start()
    learner.handouts.keep(ONE)
    assert learner.handouts.state(ONE).state == "modified"
    learner.start()
    assert learner.file().read_bytes() == mine


def test_diff_shows_both_sides(learner: Learner) -> None:
    learner.edit("print('mine')")
    diff = learner.handouts.diff(ONE)
    assert diff["handout"] == json.loads(FILES[ONE])
    assert diff["working"]["cells"][1]["source"] == "print('mine')"


def test_a_broken_notebook_is_modified_and_can_be_reset(learner: Learner) -> None:
    learner.file().write_bytes(b"{ not json")
    assert learner.handouts.state(ONE).state == "modified"
    with pytest.raises(HandoutError, match="cannot be read"):
        learner.handouts.diff(ONE)
    assert learner.file(learner.handouts.reset(ONE)).read_bytes() == b"{ not json"


def test_a_link_in_the_working_folder_is_not_followed(learner: Learner, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    learner.file().unlink()
    learner.file().symlink_to(outside / "target")
    assert any("link" in refused for refused in learner.start())
    with pytest.raises(UnsafePath):
        learner.handouts.reset(ONE)
    assert not list(outside.iterdir())


def test_a_copy_is_named_after_the_learners_clock_where_it_is_told(learner: Learner) -> None:
    learner.start()
    learner.edit("mine")
    assert learner.handouts.reset(ONE, "20261127-025527") == ONE.replace(".ipynb", "-20261127-025527.ipynb")


@pytest.mark.parametrize("verb", ["state", "open", "reset", "update", "keep", "diff"])
def test_what_is_no_handout_is_told(learner: Learner, verb: str) -> None:
    with pytest.raises(HandoutError):
        getattr(learner.handouts, verb)(f"{COURSE}/nothing.ipynb")


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", ".tenarai/handouts.json", ""])
@pytest.mark.parametrize("verb", ["state", "open", "reset", "update", "keep", "diff"])
def test_a_path_outside_the_folder_is_refused(learner: Learner, verb: str, path: str) -> None:
    with pytest.raises((UnsafePath, HandoutError)):
        getattr(learner.handouts, verb)(path)


def test_lost_bookkeeping_loses_no_work(learner: Learner) -> None:
    mine = learner.edit("print('mine')")
    learner.places.handouts.write_bytes(b"garbage")
    learner.lms.files[ONE] = NEW
    learner.start()
    assert learner.file().read_bytes() == mine


def test_whatever_stands_in_the_folder_the_rest_is_laid_out(learner: Learner) -> None:
    two = f"{COURSE}/02-more.ipynb"
    learner.lms.files = FILES | {ONE: NEW, two: notebook(("more", "code", "2"))}
    try:
        learner.file().unlink()
        os.mkfifo(learner.file())
        assert [refused.partition(":")[0] for refused in learner.start()] == [ONE]
        assert learner.file(two).is_file()
    finally:
        learner.lms.files = dict(FILES)


@pytest.mark.parametrize("damaged", ['{"x": []}', "[" * 100_000, "[]", "\x00"])
def test_damaged_bookkeeping_is_no_bookkeeping(learner: Learner, damaged: str) -> None:
    learner.places.handouts.write_text(damaged)
    assert learner.start() == []
    assert learner.file().is_file()
