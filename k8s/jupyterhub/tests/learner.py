"""A learner's home for tests of working copies."""

from __future__ import annotations

import json
from pathlib import Path

from standin_lms import COURSE, StandinLms, notebook
from tenarai_notebook.contents import ContentApi, Pristine
from tenarai_notebook.handouts import Handouts
from tenarai_notebook.places import Places

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
