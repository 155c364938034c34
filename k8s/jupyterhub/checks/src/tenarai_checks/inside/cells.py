"""Which cells are run: the handout's by id, what the trainee filled in, and what they added where it stands.

The handout is ours; the submission may be anything. Nothing of a submission's metadata is believed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MAX_CELLS = 2_000
MAX_SOURCE = 2**20
#: what nbformat allows as a cell's id
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Unreadable(Exception):
    """The submission is no notebook."""


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook as it was read."""

    id: str | None
    code: bool
    source: str
    tags: frozenset[str] = frozenset()


@dataclass
class Step:
    """One code cell that is run."""

    #: the id at which checks find it; None for what the trainee added
    handout_id: str | None
    shown_id: str | None
    source: str
    may_raise: bool = False
    output: str = ""
    ran: bool = False


@dataclass
class Plan:
    """What is run, and how the submission differs from what was handed out."""

    steps: list[Step] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    added: int = 0


def read(content: bytes) -> list[Cell]:
    """The cells of a notebook in nbformat 4."""
    try:
        notebook = json.loads(content)
        if not isinstance(notebook, dict) or notebook.get("nbformat") != 4 or not isinstance(notebook["cells"], list):
            raise Unreadable("it is no notebook in nbformat 4")
        if len(notebook["cells"]) > MAX_CELLS:
            raise Unreadable(f"it has more than {MAX_CELLS} cells")
        return [_cell(cell) for cell in notebook["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
        raise Unreadable(f"it is no notebook: {type(error).__name__}") from error


def _cell(cell: dict[str, Any]) -> Cell:
    kind, source, name = cell["cell_type"], cell["source"], cell.get("id")
    if isinstance(source, list):
        source = "".join(source)
    if kind not in ("code", "markdown", "raw") or not isinstance(source, str):
        raise TypeError("a cell is none")
    if len(source) > MAX_SOURCE:
        raise Unreadable("a cell is too long")
    # half a surrogate pair is allowed in JSON and cannot be sent to a kernel
    source = source.encode("utf-8", "replace").decode()
    metadata = cell.get("metadata")
    tags = metadata.get("tags", []) if isinstance(metadata, dict) else []
    return Cell(
        id=name if isinstance(name, str) and CELL_ID.fullmatch(name) else None,
        code=kind == "code",
        source=source,
        tags=frozenset(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else frozenset(),
    )


def plan(handout: list[Cell], submission: list[Cell]) -> Plan:
    """What to run of a submission."""
    ours = {cell.id: cell for cell in handout if cell.id is not None}
    made = Plan()
    found: dict[str, Cell] = {}
    # what the trainee added stands behind the cell of ours that it follows; None: before them all
    added: dict[str | None, list[Cell]] = {}
    counts: Counter[str] = Counter()
    before: str | None = None
    in_order: list[tuple[Cell, bool]] = []
    for cell in submission:
        if cell.id in ours and cell.id is not None:
            counts[cell.id] += 1
        is_ours = cell.id in ours and cell.id not in found
        if is_ours and cell.id is not None:
            found[cell.id] = cell
            before = cell.id
        else:
            added.setdefault(before, []).append(cell)
        in_order.append((cell, is_ours))
    made.duplicated = [name for name, count in counts.items() if count > 1]
    made.missing = [cell.id for cell in handout if cell.code and cell.id is not None and cell.id not in found]
    made.added = sum(len(cells) for cells in added.values())
    if not any("answer" in cell.tags for cell in handout if cell.code):
        made.steps = [
            _as_handed_in(cell, ours[cell.id] if is_ours and cell.id else None)
            for cell, is_ours in in_order
            if cell.code
        ]
        return made
    made.steps = [_as_handed_in(cell, None) for cell in added.get(None, []) if cell.code]
    for cell in handout:
        theirs = found.get(cell.id) if cell.id is not None else None
        if cell.code:
            answered = "answer" in cell.tags and theirs is not None and theirs.code
            if theirs is not None and not answered and not _same(cell, theirs):
                made.restored.append(cell.id or "")
            source = theirs.source if theirs is not None and answered else cell.source
            made.steps.append(Step(cell.id, cell.id, source, may_raise="raises-exception" in cell.tags))
        if cell.id is not None:
            made.steps += [_as_handed_in(other, None) for other in added.get(cell.id, []) if other.code]
    return made


def _same(one: Cell, other: Cell) -> bool:
    return one.code == other.code and one.source.rstrip() == other.source.rstrip()


def _as_handed_in(cell: Cell, ours: Cell | None) -> Step:
    may_raise = ours is not None and "raises-exception" in ours.tags
    return Step(ours.id if ours else None, cell.id, cell.source, may_raise=may_raise)
