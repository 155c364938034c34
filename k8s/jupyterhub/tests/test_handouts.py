"""Working copies: laid out, replaced only while untouched, never lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from standin_lms import COURSE, FILES, StandinLms, notebook
from tenarai_notebook.contents import ContentApi, Pristine
from tenarai_notebook.handouts import HandoutError, Handouts
from tenarai_notebook.places import Places, UnsafePath

ONE = f"{COURSE}/01-hello.ipynb"
NEW = notebook(("hello", "code", "print('new')"))


class Learner:
    """A home with the current material."""

    def __init__(self, home: Path, lms: StandinLms) -> None:
        self.lms, self.places = lms, Places(home)
        self.places.work.mkdir()
        lms.content_tokens["token"] = "u17"
        self.handouts = Handouts(self.places)
        self.start()

    def fetch(self) -> None:
        """Bring what was published up to date, and leave the working folder as it is."""
        Pristine(self.places.pristine).fetch(ContentApi(self.lms.internal_url, "token"))

    def start(self) -> list[str]:
        """As the start script does."""
        self.fetch()
        return self.handouts.lay_out()

    def file(self, path: str = ONE) -> Path:
        """A working copy."""
        return self.places.work / path

    def edit(self, source: str, path: str = ONE) -> bytes:
        """Write something into the first code cell, as the notebook does."""
        document = json.loads(self.file(path).read_bytes())
        next(cell for cell in document["cells"] if cell["cell_type"] == "code")["source"] = source
        self.file(path).write_text(json.dumps(document))
        return self.file(path).read_bytes()


@pytest.fixture
def learner(tmp_path: Path, lms: StandinLms) -> Learner:
    """Somebody whose server has just started."""
    return Learner(tmp_path, lms)


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


def test_a_chapter_that_gets_another_name_takes_the_learners_copy_with_it(learner: Learner) -> None:
    new, other = f"{COURSE}/01-welcome.ipynb", f"{COURSE}/01-before.ipynb"
    learner.lms.chapters = {ONE: 7, new: 7, other: 8}
    learner.lms.files[other] = NEW
    learner.start()
    mine = learner.edit("print('mine')")
    learner.lms.files[new] = learner.lms.files.pop(ONE)
    learner.start()
    assert learner.file(new).read_bytes() == mine
    assert not learner.file().exists()
    assert learner.handouts.state(new).state == "modified"
    assert learner.file(other).read_bytes() == NEW


def test_a_name_that_another_chapter_has_by_now_gives_the_work_to_nobody_else(learner: Learner) -> None:
    new = f"{COURSE}/02-welcome.ipynb"
    learner.lms.chapters = {ONE: 7}
    learner.start()
    mine = learner.edit("print('mine')")
    # renamed, and then a chapter of the old name came; this learner was away in between
    learner.lms.chapters = {new: 7, ONE: 9}
    learner.lms.files |= {new: FILES[ONE], ONE: NEW}
    learner.start()
    assert (learner.file(new).read_bytes(), learner.file().read_bytes()) == (mine, NEW)
    assert learner.handouts.state(ONE).state == "untouched"


def test_two_chapters_that_moved_on_by_one_while_the_learner_was_away_keep_their_work(learner: Learner) -> None:
    two, three = f"{COURSE}/02-python.ipynb", f"{COURSE}/03-lists.ipynb"
    learner.lms.chapters = {ONE: 7, two: 8}
    learner.lms.files[two] = NEW
    learner.start()
    first = learner.edit("print('first')")
    learner.file(two).write_bytes(first.replace(b"first", b"second"))
    learner.lms.chapters = {two: 7, three: 8}
    learner.lms.files |= {three: NEW, two: learner.lms.files.pop(ONE)}
    learner.fetch()
    # the first that is opened is the one whose new name the other still has
    assert learner.handouts.open(two).state == "modified"
    learner.start()
    assert learner.file(two).read_bytes() == first
    assert learner.file(three).read_bytes() == first.replace(b"first", b"second")
    assert not learner.file(ONE).exists()


def test_two_chapters_that_exchanged_their_names_exchange_their_files(learner: Learner) -> None:
    two, three = f"{COURSE}/02-python.ipynb", f"{COURSE}/03-lists.ipynb"
    learner.lms.chapters = {ONE: 7, two: 8, three: 9}
    learner.lms.files |= {two: NEW, three: NEW}
    learner.start()
    first = learner.edit("print('first')")
    learner.file(two).write_bytes(first.replace(b"first", b"second"))
    learner.lms.chapters = {ONE: 8, two: 7, three: 9}
    learner.lms.files |= {ONE: NEW, two: FILES[ONE]}
    learner.start()
    assert learner.file(two).read_bytes() == first
    assert learner.file(ONE).read_bytes() == first.replace(b"first", b"second")
    assert learner.file(three).read_bytes() == NEW
    assert [path.name for path in learner.file(ONE).parent.glob("*.aside")] == []


def test_whatever_stands_in_the_record_of_copies_a_start_lays_out(learner: Learner) -> None:
    two = f"{COURSE}/02-python.ipynb"
    learner.lms.chapters = {ONE: 7, two: 8}
    learner.lms.files[two] = NEW
    learner.start()
    record = learner.places.handouts
    bases = json.loads(record.read_text())
    bases["../../away.ipynb"] = bases[ONE] | {"chapter": 8}
    bases[f"{COURSE}/x.ipynb"] = bases[ONE] | {"chapter": [7]}
    record.write_text(json.dumps(bases))
    # exchanged, and both deleted by the learner
    learner.lms.chapters = {ONE: 8, two: 7}
    learner.lms.files |= {ONE: NEW, two: FILES[ONE]}
    learner.file(ONE).unlink()
    learner.file(two).unlink()
    learner.start()
    assert (learner.file(ONE).read_bytes(), learner.file(two).read_bytes()) == (NEW, FILES[ONE])


def test_a_renamed_chapter_overwrites_nothing(learner: Learner) -> None:
    new = f"{COURSE}/01-welcome.ipynb"
    learner.lms.chapters = {ONE: 7, new: 7}
    learner.start()
    mine = learner.edit("print('mine')")
    learner.file(new).write_bytes(b"{}")
    learner.lms.files[new] = learner.lms.files.pop(ONE)
    learner.start()
    assert (learner.file().read_bytes(), learner.file(new).read_bytes()) == (mine, b"{}")


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
