"""Draws the figures of the texts into chapters/*/images, once per language where they carry words.

Run from this folder's parent: python tools/make_figures.py (matplotlib, pandas, scikit-learn, and the
font Noto Sans CJK JP for the Japanese ones). Letters become outlines, so readers need no font.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

COURSE = Path(__file__).resolve().parent.parent
LANGUAGES = ("ja", "en")
ACCENT, SOFT, INK, MUTED, WARM = "#3730a3", "#eef2ff", "#1e293b", "#64748b", "#b45309"

plt.rcParams.update(
    {
        "svg.fonttype": "path",
        "svg.hashsalt": "tenarai",  # the same picture is the same file
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": MUTED,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
    }
)


def save(figure: Figure, chapter: str, name: str) -> None:
    folder = COURSE / "chapters" / chapter / "images"
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.svg", bbox_inches="tight", facecolor="white", metadata={"Date": None})
    plt.close(figure)


def drawing(width: float, height: float) -> tuple[Figure, Axes]:
    """A sheet without axes, one unit an inch."""
    figure, ax = plt.subplots(figsize=(width, height))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.axis("off")
    ax.set_aspect("equal")
    return figure, ax


def box(
    ax: Axes, x: float, y: float, w: float, h: float, text: str, *, fill: str = SOFT, edge: str = ACCENT
) -> None:
    """Centred on (x, y)."""
    ax.add_patch(
        FancyBboxPatch(
            (x - w / 2, y - h / 2), w, h, boxstyle="round,pad=0,rounding_size=0.1", fc=fill, ec=edge, lw=1.3
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=12)


def arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], bend: float = 0.0, **style: object
) -> None:
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=14,
            connectionstyle=f"arc3,rad={bend}",
            **{"color": MUTED, "lw": 1.4, **style},
        )
    )


def cycle(lang: str) -> None:
    words = {
        "ja": ["1 予想する", "2 写す", "3 実行する", "4 比べる", "値を変えて\nもう一度"],
        "en": ["1 Predict", "2 Copy", "3 Run", "4 Compare", "change a value,\nonce more"],
    }[lang]
    figure, ax = drawing(6, 2.9)
    places = [(1.2, 2.3), (4.8, 2.3), (4.8, 0.6), (1.2, 0.6)]
    for (x, y), word in zip(places, words, strict=False):
        box(ax, x, y, 1.9, 0.7, word)
    arrow(ax, (2.2, 2.4), (3.8, 2.4), -0.15)
    arrow(ax, (4.8, 1.9), (4.8, 1.0))
    arrow(ax, (3.8, 0.5), (2.2, 0.5), -0.15)
    arrow(ax, (1.2, 1.0), (1.2, 1.9), color=ACCENT)
    ax.text(1.4, 1.45, words[4], va="center", fontsize=10, color=ACCENT)
    save(figure, "01-how-to-study", f"cycle.{lang}")


def name_tag(lang: str) -> None:
    before, after = {
        "ja": ("rent = 80000 のあと", "rent = 90000 のあと"),
        "en": ("after rent = 80000", "after rent = 90000"),
    }[lang]
    figure, ax = drawing(6.4, 2.3)
    for left, title, moved in ((0, before, False), (3.4, after, True)):
        ax.text(left + 1.5, 2.15, title, ha="center", va="center", fontsize=11, color=MUTED)
        box(ax, left + 0.6, 1.0, 1.0, 0.5, "rent", fill="white", edge=WARM)
        ax.add_patch(plt.Circle((left + 0.2, 1.0), 0.05, fc="white", ec=WARM))
        box(ax, left + 2.4, 1.5, 1.1, 0.5, "80000")
        if moved:
            box(ax, left + 2.4, 0.5, 1.1, 0.5, "90000")
        arrow(ax, (left + 1.12, 1.0), (left + 1.83, 0.5 if moved else 1.5), color=WARM)
    save(figure, "02-python-values", f"name-tag.{lang}")


BOTH: tuple[Callable[[str], None], ...] = (cycle, name_tag)
PLAIN: tuple[Callable[[], None], ...] = ()


def main() -> None:
    for lang in LANGUAGES:
        plt.rcParams["font.family"] = ["Noto Sans CJK JP"] if lang == "ja" else ["DejaVu Sans"]
        for draw in BOTH:
            draw(lang)
    for plain in PLAIN:
        plain()


if __name__ == "__main__":
    main()
