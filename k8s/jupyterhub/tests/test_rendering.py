"""What nbconvert shows of a notebook, the site's own rendering shows too, or says that it does not.

The notebooks were executed by `backend/tests/notebooks/make.py`.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from nbconvert import HTMLExporter

ROOT = Path(__file__).parents[3]
NOTEBOOKS = sorted((ROOT / "backend/tests/notebooks").glob("*.ipynb"))
BINARY = Path(os.environ.get("TENARAI_BINARY", ROOT / "target/debug/tenarai"))

# What scikit-learn says to readers without its styles, and what its documentation says of each parameter.
NOT_OF_THE_TRAINEE = ".sk-text-repr-fallback, .param-doc-description, .sk-estimator-doc-link"
# Where we show something richer than nbconvert does: JSON, and pictures in GIF.
SHOWN_RICHER = {"<IPython.core.display.JSONobject>", "<IPython.core.display.Imageobject>"}
FORMULA = re.compile(
    r"\$\$(?P<block>.+?)\$\$|(?P<environment>\\begin\{(align|equation)\}.+?\\end\{\3\})|\$(?P<inline>[^$\s][^$]*?)\$",
    re.DOTALL,
)

pytestmark = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


@functools.cache
def ours(file: Path) -> str:
    assert BINARY.exists(), f"{BINARY} is missing: cargo build makes it"
    command = [str(BINARY), "notebook", "render", str(file), "--locale", "en"]
    return str(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)


@functools.cache
def theirs(file: Path) -> str:
    html, _ = HTMLExporter(template_name="basic").from_filename(str(file))  # type: ignore[no-untyped-call]
    return str(html)


def parsed(html: str, without: str) -> BeautifulSoup:
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.select(without):
        element.decompose()
    return soup


def our_page(file: Path) -> BeautifulSoup:
    return parsed(ours(file), "style, script, .badges, .prompt, .note, .address")


def their_page(file: Path) -> BeautifulSoup:
    unseen = "style, script, .anchor-link, .jp-InputPrompt, .jp-OutputPrompt, .prompt, button, audio"
    return parsed(theirs(file), f"{unseen}, {NOT_OF_THE_TRAINEE}")


def squeezed(text: str) -> str:
    """Without blanks, which both lay out in their own way."""
    return re.sub(r"\s+", "", text)


def as_on_a_terminal(line: str) -> str:
    """Of a line that was written over and over, what was seen at last."""
    return line.rstrip("\r").rsplit("\r", 1)[-1]


def texts(page: BeautifulSoup) -> list[str]:
    """The text of everything that holds text and no other such thing, line by line."""
    holders = ["pre", "p", "li", "td", "th", "h1", "h2", "h3", "summary", "div"]
    found = []
    for element in page.find_all(holders):
        if element.find(holders) is None and element.find("svg") is None:
            text = FORMULA.sub("", element.get_text()) if element.name != "pre" else element.get_text()
            found += [squeezed(as_on_a_terminal(line)) for line in text.split("\n")]
    return [text for text in found if text]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def pictures(page: BeautifulSoup) -> list[str]:
    """Of each picture that is carried along the hash of its bytes, of each other one its address."""
    found = []
    for element in page.select("img"):
        source = str(element["src"])
        if not source.startswith("data:"):
            found.append(source)
        elif not source.startswith("data:image/svg"):
            found.append(digest(base64.b64decode(source.split(",", 1)[1])))
    return found


def drawings(page: BeautifulSoup) -> list[str]:
    """The vector graphics, by what they draw."""
    inline = [str(svg) for svg in page.select("svg")]
    carried = [str(image["src"]) for image in page.select("img[src^='data:image/svg']")]
    inline += [base64.b64decode(source.split(",", 1)[1]).decode() for source in carried]
    paths = [BeautifulSoup(svg[svg.index("<svg") :], "html.parser").select("path, rect, circle, use") for svg in inline]
    return [digest(squeezed("".join(sorted(str(path.attrs) for path in drawn))).encode()) for drawn in paths]


def tables(page: BeautifulSoup) -> list[list[str]]:
    found = []
    for table in page.select("table"):
        cells = [FORMULA.sub("", cell.get_text()) for cell in table.select("td, th")]
        found.append([text for text in map(squeezed, cells) if text])
    return found


def formulas_of_theirs(page: BeautifulSoup) -> list[str]:
    """MathJax would make them of the text; in code and terminals it does not look."""
    for element in page.select("pre, code, .jp-CodeCell .jp-InputArea"):
        element.decompose()
    found = FORMULA.finditer(page.get_text())
    return [squeezed(match["block"] or match["environment"] or match["inline"]) for match in found]


def named(file: Path) -> list[str]:
    """The media types that our page says it does not show."""
    return [str(note["data-mime"]) for note in BeautifulSoup(ours(file), "html.parser").select("[data-mime]")]


def test_no_text_is_missing_and_all_is_in_its_order(file: Path) -> None:
    for math in (page := our_page(file)).select("math"):
        math.decompose()
    shown, at, missing = squeezed(page.get_text()), 0, []
    for text in texts(their_page(file)):
        place = shown.find(text, at)
        if place >= 0:
            at = place + len(text)
        elif text not in SHOWN_RICHER:
            missing.append(text)
    assert missing == []


def test_no_picture_is_missing(file: Path) -> None:
    shown, wanted = pictures(our_page(file)), pictures(their_page(file))
    carried = [picture for picture in wanted if not picture.startswith("http")]
    assert [picture for picture in shown if picture in carried] == carried
    notes = [note.get_text() for note in our_page(file).select(".left-out")]
    for address in set(wanted) - set(carried):
        assert any(address in note for note in notes), f"{address} is neither shown nor named"


def test_no_drawing_is_missing_but_those_that_act(file: Path) -> None:
    shown, wanted = drawings(our_page(file)), drawings(their_page(file))
    missing = [drawing for drawing in wanted if drawing not in shown]
    assert len(missing) == named(file).count("image/svg+xml")


def test_no_cell_of_a_table_is_missing(file: Path) -> None:
    shown = tables(our_page(file))
    for number, table in enumerate(tables(their_page(file))):
        assert shown[number] == table


def test_no_formula_is_missing(file: Path) -> None:
    shown = [squeezed(str(math["alttext"])) for math in our_page(file).select("math")]
    assert shown == formulas_of_theirs(their_page(file))


def test_what_acts_is_named(file: Path) -> None:
    def acting(element: Tag) -> bool:
        media = str(element.get("type", ""))
        return element.name in ("iframe", "audio", "video") or "widget" in media

    count = len(BeautifulSoup(theirs(file), "html.parser").find_all(acting))
    named_here = named(file)
    assert len(named_here) >= count
    if file.stem == "active":
        for media in (
            "application/vnd.jupyter.widget-view+json",
            "application/javascript",
            "application/vnd.plotly.v1+json",
            "application/vnd.vegalite.v5+json",
            "text/html",
            "image/svg+xml",
        ):
            assert media in named_here
