"""Chapters that get another name: the learner's work follows, and nothing is overwritten or left behind."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from learner import NEW, ONE, Learner
from standin_lms import COURSE, FILES
from tenarai_notebook.handouts import HandoutError, Handouts
from tenarai_notebook.renames import move_to_free

TWO, THREE = f"{COURSE}/02-python.ipynb", f"{COURSE}/03-lists.ipynb"


def names(learner: Learner) -> set[str]:
    """Every notebook in the working folder."""
    return {str(path.relative_to(learner.places.work)) for path in learner.places.work.rglob("*.ipynb*")}


def write_in_two_chapters(learner: Learner) -> tuple[bytes, bytes]:
    """Chapters 7 and 8 with something of the learner's own in each."""
    learner.lms.chapters = {ONE: 7, TWO: 8}
    learner.lms.files[TWO] = NEW
    learner.start()
    return learner.edit("print('first')"), learner.edit("print('second')", TWO)


def exchange(learner: Learner) -> None:
    """Publish the two chapters under each other's name."""
    learner.lms.chapters = {ONE: 8, TWO: 7}
    learner.lms.files |= {ONE: NEW, TWO: FILES[ONE]}


def move_on(learner: Learner) -> None:
    """Publish the first under the name of the second, and the second under a new one."""
    learner.lms.chapters = {TWO: 7, THREE: 8}
    learner.lms.files |= {THREE: NEW, TWO: learner.lms.files.pop(ONE)}


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
    assert names(learner) == {ONE, two, three, f"{COURSE}/03-numpy.ipynb"}


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


def test_chapters_that_make_way_for_each_other_take_nobodys_name(learner: Learner) -> None:
    first, second = write_in_two_chapters(learner)
    own = [learner.file(ONE).with_name(f"01-hello{end}") for end in (".ipynb.aside", "-aside.ipynb", "-aside-2.ipynb")]
    for file in own:
        file.write_bytes(b"my notes")
    exchange(learner)
    assert learner.start() == []
    assert (learner.file(TWO).read_bytes(), learner.file(ONE).read_bytes()) == (first, second)
    assert [file.read_bytes() for file in own] == [b"my notes"] * 3


def test_what_came_to_a_name_a_moment_ago_stays(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"mine")
    target.write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        move_to_free(source, target)
    assert (source.read_bytes(), target.read_bytes()) == (b"mine", b"theirs")


def test_where_files_have_one_name_only_they_move_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"mine")
    monkeypatch.setattr(os, "link", refuse)
    move_to_free(source, target)
    assert (source.exists(), target.read_bytes()) == (False, b"mine")


class Killed(BaseException):
    """As if the process had ended here: nothing handles it."""


@pytest.mark.parametrize("which", range(9))
def test_a_start_that_is_killed_at_any_step_is_finished_by_the_next(
    learner: Learner, monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    first, second = write_in_two_chapters(learner)
    exchange(learner)
    learner.fetch()
    steps = 0

    def killed(real: object) -> object:
        def step(*arguments: object, **named: object) -> object:
            nonlocal steps
            steps += 1
            if steps == which + 1:
                raise Killed
            return real(*arguments, **named)  # type: ignore[operator]

        return step

    # three files move: each gets its new name, then loses the old one, and what Jupyter would go back to is looked for
    monkeypatch.setattr(os, "link", killed(os.link))
    monkeypatch.setattr(Path, "unlink", killed(Path.unlink))
    with pytest.raises(Killed):
        learner.handouts.lay_out()
    monkeypatch.undo()
    assert learner.start() == []
    assert (learner.file(TWO).read_bytes(), learner.file(ONE).read_bytes()) == (first, second)
    assert names(learner) == {*FILES, TWO} - {f"{COURSE}/data/rent.csv"}
    assert [learner.handouts.state(path).state for path in (ONE, TWO)] == ["modified", "modified"]


def fail_to(monkeypatch: pytest.MonkeyPatch, *ends: str) -> None:
    """A file gets no such name."""
    link = os.link

    def refuse(source: Path, target: Path, **named: bool) -> None:
        if str(target).endswith(ends):
            raise OSError(errno.EDQUOT, "quota")
        link(source, target, **named)

    monkeypatch.setattr(os, "link", refuse)


def test_a_move_that_fails_lays_nothing_in_the_way_of_the_next_try(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write_in_two_chapters(learner)
    exchange(learner)
    fail_to(monkeypatch, "/02-python.ipynb")
    assert [refused.partition(":")[0] for refused in learner.start()] == [TWO]
    assert not learner.file(TWO).exists()
    with pytest.raises(OSError, match="quota"):
        learner.handouts.open(TWO)
    monkeypatch.undo()
    assert learner.start() == []
    assert (learner.file(TWO).read_bytes(), learner.file(ONE).read_bytes()) == (first, second)


def test_a_move_that_fails_makes_no_other_forgotten(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = write_in_two_chapters(learner)
    move_on(learner)
    learner.fetch()
    fail_to(monkeypatch, "/02-python.ipynb")
    with pytest.raises(OSError, match="quota"):
        learner.handouts.open(TWO)
    assert learner.handouts.state(THREE).state == "modified"
    # and keeps nobody from another notebook
    assert learner.handouts.open(THREE).state == "modified"
    monkeypatch.undo()
    assert learner.handouts.open(TWO).state == "modified"
    assert (learner.file(TWO).read_bytes(), learner.file(THREE).read_bytes()) == (first, second)


def test_work_that_cannot_go_home_makes_way_for_the_chapter_whose_name_it_has(learner: Learner) -> None:
    first, second = write_in_two_chapters(learner)
    learner.file(THREE).write_bytes(b"{}")
    move_on(learner)
    learner.start()
    assert (learner.file(TWO).read_bytes(), learner.file(THREE).read_bytes()) == (first, b"{}")
    aside = f"{COURSE}/02-python-aside.ipynb"
    assert learner.file(aside).read_bytes() == second
    # and goes home once it can
    learner.file(THREE).unlink()
    learner.start()
    assert learner.file(THREE).read_bytes() == second
    assert not learner.file(aside).exists()


def test_work_of_a_chapter_that_is_gone_makes_way_for_whoever_has_its_name(learner: Learner) -> None:
    first, second = write_in_two_chapters(learner)
    learner.lms.chapters = {TWO: 7}
    learner.lms.files[TWO] = learner.lms.files.pop(ONE)
    learner.fetch()
    assert learner.handouts.open(TWO).state == "modified"
    assert learner.file(TWO).read_bytes() == first
    assert learner.file(f"{COURSE}/02-python-aside.ipynb").read_bytes() == second
    # and is there when the chapter comes back
    learner.lms.chapters[THREE] = 8
    learner.lms.files[THREE] = NEW
    learner.start()
    assert learner.file(THREE).read_bytes() == second


def test_work_that_cannot_make_way_is_shown_as_nobody_elses(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    write_in_two_chapters(learner)
    learner.file(THREE).write_bytes(b"{}")
    move_on(learner)
    learner.fetch()
    fail_to(monkeypatch, "-aside.ipynb")
    with pytest.raises(HandoutError) as refused:
        learner.handouts.open(TWO)
    assert refused.value.code == "other_chapter"


def test_a_chapter_of_a_course_that_moved_takes_its_work_into_the_new_folder(learner: Learner) -> None:
    first, _ = write_in_two_chapters(learner)
    moved = f"{COURSE}/basics/01-hello.ipynb"
    learner.lms.chapters = {moved: 7, TWO: 8}
    learner.lms.files[moved] = learner.lms.files.pop(ONE)
    assert learner.start() == []
    assert learner.file(moved).read_bytes() == first


def test_a_notebook_is_given_for_no_other_chapter(learner: Learner) -> None:
    write_in_two_chapters(learner)
    learner.handouts.refuse_other(ONE, 7)
    learner.handouts.refuse_other(f"{COURSE}/elsewhere.ipynb", 99)
    for path, chapter in ((ONE, 8), (f"{COURSE}/00-before.ipynb", 7)):
        with pytest.raises(HandoutError) as refused:
            learner.handouts.refuse_other(path, chapter)
        assert refused.value.code == "other_chapter"


def test_what_moved_is_told_in_order_also_to_a_page_of_yesterday(learner: Learner) -> None:
    write_in_two_chapters(learner)
    assert learner.handouts.moved == []
    move_on(learner)
    learner.start()
    assert learner.handouts.moved == [(TWO, THREE), (ONE, TWO)]
    assert Handouts(learner.places).moved == [(TWO, THREE), (ONE, TWO)]


def test_a_page_is_told_what_it_does_not_know_yet(learner: Learner) -> None:
    write_in_two_chapters(learner)
    move_on(learner)
    learner.start()
    both = [(TWO, THREE), (ONE, TWO)]
    told = [learner.handouts.moved_since(known) for known in (0, 1, 2)]
    assert told == [{"moved": both[known:], "moved_from": known} for known in (0, 1, 2)]
    for odd in (None, 3, -1, "1", True, 1.0):
        assert learner.handouts.moved_since(odd) == {"moved": both, "moved_from": 0}


def test_a_move_that_cannot_be_told_is_not_made_until_it_can(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = write_in_two_chapters(learner)
    move_on(learner)
    with monkeypatch.context() as full_disk:

        def no_room(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        full_disk.setattr("tenarai_notebook.renames.write_json", no_room)
        learner.start()
    assert learner.handouts.moved == []
    assert (learner.file().read_bytes(), learner.file(TWO).read_bytes()) == (first, second)
    learner.start()
    assert (learner.file(TWO).read_bytes(), learner.file(THREE).read_bytes()) == (first, second)
    assert learner.handouts.moved == Handouts(learner.places).moved == [(TWO, THREE), (ONE, TWO)]


@pytest.mark.parametrize("damaged", ["[]", '{"moved": 1}', '{"moved": [1, [], ["a"], ["a", 1]]}', "\x00"])
def test_a_damaged_list_of_what_moved_is_none(learner: Learner, damaged: str) -> None:
    learner.places.moved.write_text(damaged)
    assert Handouts(learner.places).moved == []


def test_what_jupyter_would_go_back_to_goes_with_its_notebook(learner: Learner) -> None:
    write_in_two_chapters(learner)
    folder = learner.file(ONE).parent / ".ipynb_checkpoints"
    folder.mkdir()
    for name, whose in (("01-hello", "first"), ("02-python", "second")):
        (folder / f"{name}-checkpoint.ipynb").write_text(whose)
    move_on(learner)
    learner.start()
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        "02-python-checkpoint.ipynb": "first",
        "03-lists-checkpoint.ipynb": "second",
    }
