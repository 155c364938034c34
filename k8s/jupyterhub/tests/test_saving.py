"""A notebook that cannot be saved: the page is told why, and what was saved before stays."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import nbformat.v4
import pytest
from tornado.web import HTTPError

from tenarai_notebook.working_folder import WorkingFolder


def notebook(source: str) -> dict[str, Any]:
    cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
    return {"type": "notebook", "content": nbformat.v4.new_notebook(cells=[cell])}  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("number", "status"), [(errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EIO, 500), (errno.EACCES, 403)]
)
async def test_a_full_disk_is_told_apart_from_other_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, status: int
) -> None:
    folder = WorkingFolder(root_dir=str(tmp_path))
    await folder.save(notebook("before"), "01.ipynb")

    def full(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HTTPError) as refused:
        await folder.save(notebook("after"), "01.ipynb")
    assert refused.value.status_code == status
    assert "before" in (tmp_path / "01.ipynb").read_text()


async def test_no_room_for_a_checkpoint_keeps_nobody_from_opening_or_saving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = WorkingFolder(root_dir=str(tmp_path))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(type(folder.checkpoints), "_copy", full)
    await folder.save(notebook("saved"), "01.ipynb")
    assert "saved" in (tmp_path / "01.ipynb").read_text()
    assert (await folder.create_checkpoint("01.ipynb"))["id"] == "none"
