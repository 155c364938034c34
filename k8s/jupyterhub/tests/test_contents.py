"""Fetching what the LMS published: whole, checked, inside its folder, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from standin_lms import COURSE, FILES, StandinLms, notebook
from tenarai_notebook.contents import ContentApi, ContentsError, Pristine
from tenarai_notebook.places import UnsafePath, inside, relative_path


@pytest.fixture
def api(lms: StandinLms) -> ContentApi:
    """The content API with a token of u17."""
    lms.content_tokens["token"] = "u17"
    return ContentApi(lms.internal_url, "token")


@pytest.fixture
def pristine(tmp_path: Path) -> Pristine:
    """An empty place."""
    return Pristine(tmp_path / "pristine")


def contents(pristine: Pristine) -> dict[str, bytes | None]:
    """Everything in it."""
    return {path: pristine.read(entry.sha256) for path, entry in pristine.entries().items()}


def test_everything_arrives_and_cannot_be_written(pristine: Pristine, api: ContentApi, tmp_path: Path) -> None:
    seen: list[int] = []
    assert pristine.fetch(api, seen.append)
    assert contents(pristine) == FILES
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert seen[-1] == 100
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "pristine/blobs").iterdir()} == {0o400}


def test_the_second_fetch_asks_for_nothing_but_the_manifest(
    pristine: Pristine, api: ContentApi, lms: StandinLms
) -> None:
    pristine.fetch(api)
    lms.requests.clear()
    assert not pristine.fetch(api)
    assert [path for _, path, _ in lms.requests] == ["/content/v1/manifest"]


def test_a_change_fetches_only_what_changed_and_drops_the_rest(
    pristine: Pristine, api: ContentApi, lms: StandinLms, tmp_path: Path
) -> None:
    pristine.fetch(api)
    lms.files[f"{COURSE}/02-python.ipynb"] = notebook(("new", "code", "1"))
    lms.requests.clear()
    assert pristine.fetch(api)
    assert sum("/blobs/" in path for _, path, _ in lms.requests) == 1
    assert contents(pristine) == lms.files
    assert len(list((tmp_path / "pristine/blobs").iterdir())) == len(lms.files)


def test_a_damaged_blob_is_fetched_again(pristine: Pristine, api: ContentApi, tmp_path: Path) -> None:
    pristine.fetch(api)
    blob = next((tmp_path / "pristine/blobs").iterdir())
    blob.unlink()
    pristine.fetch(api)
    assert contents(pristine) == FILES


def test_a_truncated_blob_changes_nothing(pristine: Pristine, api: ContentApi, lms: StandinLms) -> None:
    pristine.fetch(api)
    lms.files[f"{COURSE}/02-python.ipynb"] = notebook(("new", "code", "1"))
    lms.truncate.add(f"{COURSE}/02-python.ipynb")
    with pytest.raises(ContentsError, match="whole"):
        pristine.fetch(api)
    assert contents(pristine) == FILES


def test_an_lms_that_is_down_changes_nothing(pristine: Pristine, api: ContentApi, lms: StandinLms) -> None:
    pristine.fetch(api)
    lms.down = True
    with pytest.raises(ContentsError):
        pristine.fetch(api)
    assert contents(pristine) == FILES


def test_a_refused_token_is_told(pristine: Pristine, lms: StandinLms) -> None:
    with pytest.raises(ContentsError, match="answered 404"):
        pristine.fetch(ContentApi(lms.internal_url, "wrong"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("moved", ["manifest", "blobs/"])
def test_the_token_follows_nobody_elsewhere(
    pristine: Pristine, api: ContentApi, lms: StandinLms, moved: str, status: int
) -> None:
    stranger = StandinLms()
    try:
        # it would have everything that is wanted
        stranger.content_tokens = lms.content_tokens
        lms.moved = (moved, stranger.internal_url, status)
        with pytest.raises(ContentsError, match=f"answered {status}"):
            pristine.fetch(api)
        assert stranger.requests == []
        assert pristine.entries() == {}
    finally:
        stranger.close()


BAD_PATHS = [
    "../x.ipynb",
    "/etc/passwd",
    f"{COURSE}/../../x",
    f"{COURSE}/./x",
    f"{COURSE}//x",
    f"{COURSE}/.ssh/authorized_keys",
    f"{COURSE}\\..\\x",
    f"{COURSE}/x\0y",
    f"{COURSE}/x\ny",
    "",
    "x" * 500,
    "other-course/x.ipynb",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_outside_its_course_refuses_the_whole(
    pristine: Pristine, api: ContentApi, lms: StandinLms, path: str, tmp_path: Path
) -> None:
    lms.files[path] = b"evil"
    with pytest.raises(ContentsError):
        pristine.fetch(api)
    assert pristine.entries() == {}
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("path", [path for path in BAD_PATHS if not path.startswith("other")])
def test_such_a_path_is_none_in_the_working_folder_either(path: str) -> None:
    with pytest.raises(UnsafePath):
        relative_path(path)


def test_a_link_on_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "course").symlink_to("/etc")
    with pytest.raises(UnsafePath, match="link"):
        inside(tmp_path / "work", "course/passwd")


@pytest.mark.parametrize(
    "manifest",
    [
        [],
        {"courses": [{}]},
        {"courses": [{"slug": "a", "files": [{}]}]},
        {"courses": [{"slug": "a", "files": [{"path": "a/x", "sha256": "..", "size": 1}]}]},
        {"courses": [{"slug": "a", "files": [{"path": "a/x", "sha256": "0" * 64, "size": -1}]}]},
        {"courses": 3},
    ],
    ids=str,
)
def test_a_malformed_manifest_is_refused(
    pristine: Pristine, api: ContentApi, lms: StandinLms, manifest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lms, "manifest", lambda: manifest)
    with pytest.raises(ContentsError):
        pristine.fetch(api)
