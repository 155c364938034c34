"""Checks docs/sample-course: every notebook and every line of code printed in the texts really runs.

For each chapter:
- both texts exist, with the same number of headings and code that differs in words only;
- images exist and have an alt text; `cell=` names a cell of the notebook, in the notebook's order;
- the notebook is nbformat 4.5 without outputs and with readable ids;
- it runs from clean as handed out, and again as a trainee leaves it who has copied all the code of a
  text by hand, once per language. What that run prints must be what the text shows.

How a text's fences are read: ```` ```python cell=fit ```` is the cell `fit`; ```` ```python ```` followed
by ```` ```text ```` is run at that point too (a common mistake, an answer); ```` ```text ```` right after
either holds its output. `--write` puts the outputs of the run into the texts instead of comparing.

    python ci/check-sample-course.py [--python ENV/bin/python] [--write] [COURSE] [CHAPTER ...]
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
CELL_ID = re.compile(r"[a-z][a-z0-9-]{1,40}")
FENCE = re.compile(r"^(`{3,})\s*([^`]*)$")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
ERROR = re.compile(r"^\w*(Error|Exception|Traceback)\b", re.MULTILINE)
ANSI = re.compile(r"\x1b\[[0-9;]*m")
CELL_TIMEOUT = 60


class Broken(Exception):
    """One thing that is wrong, with the place where it is."""


@dataclass
class Fence:
    lang: str
    cell: str | None
    line: int
    """Number of the opening line, from 1."""
    body: str
    output: Fence | None = None
    """The ```text that follows, if it does."""

    @property
    def runs(self) -> bool:
        return self.lang == "python" and (self.cell is not None or self.output is not None)

    @property
    def raises(self) -> bool:
        return self.output is not None and bool(ERROR.search(self.output.body))


@dataclass
class Text:
    path: Path
    lines: list[str]
    fences: list[Fence] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    images: list[tuple[int, str, str]] = field(default_factory=list)


def read_text(path: Path) -> Text:
    lines = path.read_text(encoding="utf-8").split("\n")
    text = Text(path, lines)
    row, previous_end = 0, -2
    while row < len(lines):
        opening = FENCE.match(lines[row])
        if not opening:
            if re.match(r"#{1,6} ", lines[row]):
                text.headings.append(lines[row])
            text.images += [(row + 1, alt, src) for alt, src in IMAGE.findall(lines[row])]
            row += 1
            continue
        end = next((i for i in range(row + 1, len(lines)) if lines[i] == opening[1]), None)
        if end is None:
            raise Broken(f"{path}:{row + 1}: this fence is never closed")
        lang, *options = opening[2].split() or [""]
        cell = next((o.removeprefix("cell=") for o in options if o.startswith("cell=")), None)
        fence = Fence(lang, cell, row + 1, "\n".join(lines[row + 1 : end]))
        follows = bool(text.fences) and row - previous_end == 2 and lines[row - 1] == ""
        if lang == "text" and follows and text.fences[-1].lang == "python":
            text.fences[-1].output = fence
        text.fences.append(fence)
        row, previous_end = end + 1, end
    return text


class _Words(ast.NodeTransformer):
    """Blanks strings, so that code in two languages can be compared."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        self.generic_visit(node)
        node.values = [v for v in node.values if not isinstance(v, ast.Constant)]
        return node


def shape(code: str) -> str:
    """Code without words; what is no Python (a mistake shown on purpose) is compared as it stands."""
    try:
        return ast.dump(_Words().visit(ast.parse(code)))
    except SyntaxError:
        return code


def check_texts(folder: Path, texts: dict[str, Text]) -> None:
    for text in texts.values():
        for line, alt, src in text.images:
            if not alt.strip():
                raise Broken(f"{text.path}:{line}: image {src} has no alt text")
            if not (folder / src).is_file():
                raise Broken(f"{text.path}:{line}: image {src} does not exist")
    first, *others = texts.values()
    for other in others:
        if len(first.headings) != len(other.headings):
            raise Broken(
                f"{other.path}: {len(other.headings)} headings, {first.path.name} has {len(first.headings)}"
            )
        mine, theirs = ([f for f in t.fences if f.runs] for t in (first, other))
        if [f.cell for f in mine] != [f.cell for f in theirs]:
            raise Broken(f"{other.path}: not the same code blocks and cells as {first.path.name}")
        for a, b in zip(mine, theirs, strict=True):
            if shape(a.body) != shape(b.body):
                raise Broken(f"{other.path}:{b.line}: not the code of {first.path.name}:{a.line}")


def read_notebook(path: Path) -> Any:
    notebook: Any = nbformat.reads(  # type: ignore[no-untyped-call]
        path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT
    )
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        raise Broken(f"{path}: nbformat must be 4.5")
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    if len(set(ids)) != len(ids):
        raise Broken(f"{path}: a cell id is used twice")
    for cell in notebook.cells:
        if not CELL_ID.fullmatch(cell.id):
            raise Broken(f"{path}: cell id {cell.id!r}: lower case letters, digits and hyphens")
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            raise Broken(f"{path}: cell {cell.id} has stored output")
    return notebook


def is_copy(source: str) -> bool:
    """A cell the trainee fills: nothing but comments."""
    return not any(line.strip() and not line.lstrip().startswith("#") for line in source.split("\n"))


def check_cells(text: Text, notebook: Any) -> None:
    code = {c.id: c.source for c in notebook.cells if c.cell_type == "code"}
    order = list(code)
    last = -1
    for fence in text.fences:
        if fence.cell is None:
            continue
        where = f"{text.path}:{fence.line}: cell={fence.cell}"
        if fence.cell not in code:
            raise Broken(f"{where} is no code cell of the notebook")
        if order.index(fence.cell) <= last:
            raise Broken(f"{where} comes before a cell shown earlier")
        last = order.index(fence.cell)
        if not is_copy(code[fence.cell]) and shape(code[fence.cell]) != shape(fence.body):
            raise Broken(f"{where} is prefilled with other code than the text shows")


def as_copied(notebook: Any, text: Text) -> tuple[Any, dict[int, Fence]]:
    """The notebook with every copy cell filled from the text, and the blocks without a cell between."""
    runs = [f for f in text.fences if f.runs]
    cells: list[Any] = []
    shown: dict[int, Fence] = {}

    def add(source: str, fence: Fence | None) -> None:
        cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
        if fence is not None:
            shown[len(cells)] = fence
            if fence.raises:
                cell.metadata["tags"] = ["raises-exception"]
        cells.append(cell)

    def add_loose() -> None:
        while runs and runs[0].cell is None:
            fence = runs.pop(0)
            add(fence.body, fence)

    add_loose()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if runs and runs[0].cell == cell.id:
            fence = runs.pop(0)
            add(fence.body, fence)
            add_loose()
        else:
            add(cell.source, None)
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata), shown  # type: ignore[no-untyped-call]


def output_of(cell: Any) -> str:
    shown = ""
    for output in cell.outputs:
        if output.output_type == "stream":  # one line may come in several pieces
            shown += output.text
        elif output.output_type == "error":
            shown += short_traceback(output) + "\n"
        elif "image/png" not in output.data:
            shown += output.data["text/plain"] + "\n"
    return "\n".join(line.rstrip() for line in shown.rstrip("\n").split("\n"))


def short_traceback(output: Any) -> str:
    """The frame of the trainee's own cell and the last line; what libraries do in between is `...`."""
    lines = ANSI.sub("", "\n".join(output.traceback)).split("\n")
    frames = [i for i, line in enumerate(lines) if re.match(r"(File |Cell In)", line)]
    if len(frames) > 1:
        start = next(i for i in frames if lines[i].startswith("Cell In"))
        end = next((i for i in range(start, len(lines)) if not lines[i].strip()), len(lines))
        last = max(i for i, line in enumerate(lines) if line.startswith(output.ename))
        lines = [*lines[:2], *lines[start:end], "...", *lines[last:]]
    return re.sub(r"Cell In\[\d+\]", "Cell In[1]", "\n".join(lines).rstrip())


def run(notebook: Any, course: Path) -> None:
    """Executes in a folder laid out as a trainee's: the notebook beside data/."""
    with tempfile.TemporaryDirectory() as work:
        if (course / "data").is_dir():
            shutil.copytree(course / "data", Path(work) / "data")
        client = NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT,
            kernel_name="course",
            resources={"metadata": {"path": work}},
        )
        client.execute(env={**os.environ, "PYTHONWARNINGS": "error::FutureWarning"})


def compare(text: Text, notebook: Any, shown: dict[int, Fence], write: bool) -> None:
    edits: list[tuple[Fence, str]] = []
    for index, fence in shown.items():
        cell = notebook.cells[index]
        failed = any(o.output_type == "error" for o in cell.outputs)
        if fence.raises and not failed:
            raise Broken(f"{text.path}:{fence.line}: shown with a traceback, but runs")
        if fence.output is None:
            continue
        actual = output_of(cell)
        if actual != fence.output.body:
            if not write:
                where = f"{text.path}:{fence.output.line}"
                raise Broken(f"{where}: the text shows\n{fence.output.body}\nbut it is\n{actual}")
            edits.append((fence.output, actual))
    for fence, actual in reversed(edits):
        start = fence.line
        text.lines[start : start + fence.body.count("\n") + 1] = actual.split("\n")
    if edits:
        text.path.write_text("\n".join(text.lines), encoding="utf-8")


def check_chapter(course: Path, chapter: dict[str, Any], languages: list[str], write: bool) -> str:
    folder = course / "chapters" / chapter["key"]
    texts = {lang: read_text(folder / f"text.{lang}.md") for lang in languages}
    check_texts(folder, texts)
    if chapter["kind"] == "text":
        return "text"
    path = folder / "notebook.ipynb"
    notebook = read_notebook(path)
    for text in texts.values():
        check_cells(text, notebook)
    count = sum(c.cell_type == "code" for c in notebook.cells)
    started = time.monotonic()
    try:
        run(notebook, course)
    except CellExecutionError as error:
        raise Broken(f"{path}: as handed out: {ANSI.sub('', str(error))}") from error
    handed_out = time.monotonic() - started
    ran: dict[tuple[str, ...], Any] = {}
    for text in texts.values():
        copied, shown = as_copied(notebook, text)
        sources = tuple(cell.source for cell in copied.cells)
        if sources not in ran:  # many chapters have the same code in every language
            try:
                run(copied, course)
            except CellExecutionError as error:
                raise Broken(f"{text.path}: copied by hand: {ANSI.sub('', str(error))}") from error
            ran[sources] = copied
        compare(text, ran[sources], shown, write)
    return f"{count} cells, {handed_out:.1f} s as handed out"


def chapters_of(course: Path) -> Iterator[tuple[dict[str, Any], list[str]]]:
    outline = yaml.safe_load((course / "course.yaml").read_text(encoding="utf-8"))
    for section in outline["sections"]:
        for chapter in section["chapters"]:
            if chapter["kind"] in ("text", "coding"):
                yield chapter, outline["languages"]


def use_kernel_of(python: str, home: str) -> None:
    """A kernel spec of our own, so that --python decides and nothing installed on the machine does."""
    spec = Path(home) / "kernels" / "course"
    spec.mkdir(parents=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "course", "language": "python"})
    )
    os.environ["JUPYTER_PATH"] = home
    os.environ["IPYTHONDIR"] = str(Path(home) / "ipython")


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the sample course: texts, images, notebooks.")
    parser.add_argument("course", nargs="?", type=Path, default=ROOT / "docs" / "sample-course")
    parser.add_argument("chapter", nargs="*", help="only these chapter keys")
    parser.add_argument("--python", default=sys.executable, help="interpreter of the notebook environment")
    parser.add_argument("--write", action="store_true", help="put the outputs of the run into the texts")
    args = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as home:
        use_kernel_of(args.python, home)
        for chapter, languages in chapters_of(args.course):
            if args.chapter and chapter["key"] not in args.chapter:
                continue
            started = time.monotonic()
            try:
                said = check_chapter(args.course, chapter, languages, args.write)
            except (Broken, OSError, nbformat.ValidationError) as error:
                failures += 1
                said = f"FAILED\n{error}"
            print(f"{chapter['key']:20} {time.monotonic() - started:5.1f} s  {said}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
