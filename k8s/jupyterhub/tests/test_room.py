"""News while a server runs: brought before a notebook is opened for the wrong chapter."""

from __future__ import annotations

import asyncio
import logging

import pytest

from learner import NEW, ONE, Learner
from standin_lms import COURSE
from tenarai_notebook import extension
from tenarai_notebook.contents import News, Pristine
from tenarai_notebook.extension import Room
from tenarai_notebook.handouts import HandoutError

TWO, THREE = f"{COURSE}/02-python.ipynb", f"{COURSE}/03-lists.ipynb"


@pytest.fixture
def room(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> Room:
    """The folders of a server that runs, with two chapters somebody has written in."""
    monkeypatch.setenv("TENARAI_CONTENT_URL", learner.lms.internal_url)
    monkeypatch.setattr(extension, "FETCH_MISSING_EVERY_S", 0)
    learner.places.content_token.write_text("token")
    learner.lms.chapters = {ONE: 7, TWO: 8}
    learner.lms.files[TWO] = NEW
    learner.start()
    learner.edit("print('first')")
    learner.edit("print('second')", TWO)
    return Room(learner.places, logging.getLogger())


def move_on(learner: Learner) -> None:
    """Publish the first under the name of the second, and the second under a new one."""
    learner.lms.chapters = {TWO: 7, THREE: 8}
    learner.lms.files |= {THREE: NEW, TWO: learner.lms.files.pop(ONE)}


async def test_a_chapter_that_has_anothers_name_by_now_is_asked_for_with_success(learner: Learner, room: Room) -> None:
    move_on(learner)
    await room.bring(TWO, 7)
    room.handouts.refuse_other(TWO, 7)
    assert room.handouts.open(TWO).state == "modified"
    assert "first" in learner.file(TWO).read_text()
    assert "second" in learner.file(THREE).read_text()
    assert room.handouts.moved == [(TWO, THREE), (ONE, TWO)]


async def test_a_page_that_names_no_chapter_is_told_what_is_there(learner: Learner, room: Room) -> None:
    move_on(learner)
    await room.bring(TWO)
    assert room.handouts.moved == []
    assert "second" in learner.file(TWO).read_text()


async def test_what_is_known_to_be_the_chapters_asks_nobody(learner: Learner, room: Room) -> None:
    asked = len(learner.lms.requests)
    await room.bring(ONE, 7)
    assert len(learner.lms.requests) == asked


async def test_without_the_site_a_notebook_of_another_chapter_stays_shut(learner: Learner, room: Room) -> None:
    move_on(learner)
    learner.lms.down = True
    await room.bring(TWO, 7)
    with pytest.raises(HandoutError, match="another chapter"):
        room.handouts.refuse_other(TWO, 7)


async def test_news_become_known_between_two_changes_and_not_within_one(
    learner: Learner, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody_else_changes, adopt = [], Pristine.adopt

    def watched(pristine: Pristine, news: News) -> bool:
        nobody_else_changes.append(room.changing.locked())
        return adopt(pristine, news)

    monkeypatch.setattr(Pristine, "adopt", watched)
    monkeypatch.setattr(extension, "FETCH_EVERY_S", 0)
    move_on(learner)
    room.look_for_news()
    assert room.asking is not None
    await room.asking
    assert nobody_else_changes == [True]
    assert room.handouts.is_of(TWO, 7)


async def test_many_who_ask_at_once_ask_the_site_once(
    learner: Learner, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extension, "FETCH_MISSING_EVERY_S", 60)
    move_on(learner)
    asked = len(learner.lms.requests)
    await asyncio.gather(*(room.bring(TWO, 7) for _ in range(5)))
    assert [path for _, path, _ in learner.lms.requests[asked:]].count("/content/v1/manifest") == 1
    room.handouts.refuse_other(TWO, 7)
