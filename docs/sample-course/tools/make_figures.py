"""Draws the figures of the texts into chapters/*/images, once per language where they carry words.

Run from this folder's parent: python tools/make_figures.py (matplotlib, pandas, scikit-learn, and the
font Noto Sans CJK JP for the Japanese ones). Letters become outlines, so readers need no font.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor, plot_tree

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


def elementwise(lang: str) -> None:
    names = {"ja": ("家賃", "広さ", "1㎡あたり"), "en": ("rents", "areas", "per m²")}[lang]
    rows = (["68000", "82000", "120000"], ["30.0", "25.5", "28.0"], ["2267", "3216", "4286"])
    figure, ax = drawing(6.4, 2.7)
    for y, name, row, sign in zip(
        (2.3, 1.4, 0.4), names, rows, ("", "÷", "＝" if lang == "ja" else "="), strict=True
    ):
        ax.text(1.2, y, name, ha="right", va="center", color=MUTED)
        ax.text(1.5, y, sign, ha="center", va="center", fontsize=14, color=WARM)
        for i, value in enumerate(row):
            box(ax, 2.6 + 1.4 * i, y, 1.15, 0.5, value, fill="white" if y < 1 else SOFT)
    for i in range(3):
        arrow(ax, (2.6 + 1.4 * i, 1.12), (2.6 + 1.4 * i, 0.68))
    save(figure, "04-numpy", f"elementwise.{lang}")


def dataframe(lang: str) -> None:
    names, index, row, column = {
        "ja": ("列名", "索引", "行（一件の部屋）", "列（シリーズ）"),
        "en": ("column names", "index", "a row (one flat)", "a column (series)"),
    }[lang]
    table = [["", "ward", "area", "rent"], ["0", "Adachi", "19.9", "50000"], ["1", "Koto", "30.9", "78000"]]
    table.append(["2", "Adachi", "49.8", "113000"])
    figure, ax = drawing(7, 3)
    for r, line in enumerate(table):
        for c, value in enumerate(line):
            x, y = 1.7 + c * 1.0, 2.2 - r * 0.42
            fill = SOFT if r == 2 else "#fff7ed" if c == 3 and r else "white"
            if value:
                ax.add_patch(plt.Rectangle((x - 0.5, y - 0.21), 1.0, 0.42, fc=fill, ec="#cbd5e1", lw=0.8))
            weight = "bold" if r == 0 or c == 0 else "normal"
            ax.text(x, y, value, ha="center", va="center", weight=weight, fontsize=11)
    ax.text(3.7, 2.85, names, ha="center", va="center", color=MUTED)
    arrow(ax, (3.7, 2.72), (3.7, 2.44))
    ax.text(0.9, 1.36, index, ha="right", va="center", color=MUTED)
    arrow(ax, (0.95, 1.36), (1.18, 1.36))
    ax.text(5.55, 1.36, row, va="center", color=ACCENT)
    arrow(ax, (5.5, 1.36), (5.22, 1.36), color=ACCENT)
    ax.text(4.7, 0.25, column, ha="center", va="center", color=WARM)
    arrow(ax, (4.7, 0.4), (4.7, 0.7), color=WARM)
    save(figure, "05-pandas", f"dataframe.{lang}")


def median(lang: str) -> None:
    mean_word, median_word, unit = {
        "ja": ("平均", "中央値", "徒歩（分）"),
        "en": ("mean", "median", "walk (minutes)"),
    }[lang]
    figure, axes = plt.subplots(2, 1, figsize=(6.4, 2.9), sharex=True)
    for ax, values in zip(axes, ([3, 5, 6, 7, 9], [3, 5, 6, 7, 29]), strict=True):
        mean, middle = sum(values) / 5, sorted(values)[2]
        ax.axhline(0, color="#cbd5e1", lw=1, zorder=0)
        ax.scatter(values, [0] * 5, s=70, color=ACCENT)
        ax.annotate(
            f"{median_word} {middle}",
            (middle, 0.1),
            (middle, 0.75),
            ha="right",
            arrowprops={"arrowstyle": "-|>", "color": ACCENT},
            color=ACCENT,
        )
        ax.annotate(
            f"{mean_word} {mean:.0f}",
            (mean, -0.1),
            (mean, -0.85),
            ha="left",
            arrowprops={"arrowstyle": "-|>", "color": WARM},
            color=WARM,
        )
        ax.set(ylim=(-1, 1), xlim=(0, 31), yticks=[])
        ax.spines["left"].set_visible(False)
    axes[1].set_xlabel(unit)
    save(figure, "06-cleaning", f"median.{lang}")


def one_hot(lang: str) -> None:
    note = {"ja": "当てはまる列だけ 1", "en": "1 only where it applies"}[lang]
    wards = ["Adachi", "Koto", "Meguro"]
    rows = ["Meguro", "Adachi", "Koto"]
    figure, ax = drawing(7.6, 2.5)

    def cell(x: float, y: float, w: float, value: str, fill: str, weight: str = "normal") -> None:
        ax.add_patch(plt.Rectangle((x - w / 2, y - 0.21), w, 0.42, fc=fill, ec="#cbd5e1", lw=0.8))
        ax.text(x, y, value, ha="center", va="center", fontsize=11, weight=weight)

    cell(0.8, 2.0, 1.2, "ward", "white", "bold")
    for i, ward in enumerate(wards):
        cell(3.4 + 1.6 * i, 2.0, 1.6, f"ward_{ward}", "white", "bold")
    for r, ward in enumerate(rows):
        y = 1.58 - 0.42 * r
        cell(0.8, y, 1.2, ward, SOFT)
        for i, name in enumerate(wards):
            cell(3.4 + 1.6 * i, y, 1.6, str(int(name == ward)), SOFT if name == ward else "white")
    arrow(ax, (1.6, 1.4), (2.45, 1.4), color=ACCENT)
    ax.text(5.0, 0.3, note, ha="center", va="center", color=ACCENT)
    save(figure, "11-more-features", f"one-hot.{lang}")


def cross_validation(lang: str) -> None:
    turn, fit, check, mean = {
        "ja": ("{}回目", "学習", "検証", "5回の平均を取る"),
        "en": ("round {}", "fit", "check", "average the five"),
    }[lang]
    figure, ax = drawing(7.2, 2.9)
    for r in range(5):
        y = 2.6 - 0.46 * r
        ax.text(1.05, y, turn.format(r + 1), ha="right", va="center", color=MUTED)
        for i in range(5):
            held_out = i == r
            fill, edge = ("#fff7ed", WARM) if held_out else (SOFT, ACCENT)
            box(ax, 1.75 + 1.1 * i, y, 1.0, 0.36, check if held_out else fit, fill=fill, edge=edge)
    ax.text(3.95, 0.2, mean, ha="center", va="center", color=MUTED)
    save(figure, "12-overfitting", f"cross-validation.{lang}")


def save_png(figure: Figure, chapter: str, name: str) -> None:
    """A plot as the notebook draws it: words in English, so one file serves both languages."""
    folder = COURSE / "chapters" / chapter / "images"
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.png", dpi=130, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)


def plots_of_07() -> None:
    df = pd.read_csv(COURSE / "data" / "rent_clean.csv")
    rent = df["rent"] / 1000

    figure, ax = plt.subplots(figsize=(6, 4))
    ax.hist(rent, bins=20)
    ax.set(xlabel="rent (1,000 yen)", ylabel="number of flats")
    save_png(figure, "07-matplotlib", "histogram")

    figure, ax = plt.subplots(figsize=(6, 4))
    ax.scatter(df["area"], rent, alpha=0.5)
    ax.set(xlabel="area (square metres)", ylabel="rent (1,000 yen)", title="Larger flats cost more")
    save_png(figure, "07-matplotlib", "scatter")

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True)
    left.scatter(df["age"], rent, alpha=0.5)
    left.set(xlabel="age (years)", ylabel="rent (1,000 yen)")
    right.scatter(df["walk"], rent, alpha=0.5)
    right.set(xlabel="walk (minutes)")
    save_png(figure, "07-matplotlib", "two-plots")

    by_ward = df.groupby("ward")["rent"].median().sort_values() / 1000
    figure, ax = plt.subplots(figsize=(6, 3.5))
    ax.barh(by_ward.index, by_ward)
    ax.set_xlabel("median rent (1,000 yen)")
    save_png(figure, "07-matplotlib", "bars")


def residuals(lang: str) -> None:
    x_word, y_word, miss, line_word = {
        "ja": ("広さ（㎡）", "家賃（千円）", "残差", "直線 $\\hat{y} = ax + b$"),
        "en": ("area (m²)", "rent (1,000 yen)", "residual", "the line $\\hat{y} = ax + b$"),
    }[lang]
    x, y = [18, 24, 30, 37, 45, 54], [72, 68, 104, 98, 140, 141]
    fitted = [20.5 + 2.366 * v for v in x]
    figure, ax = plt.subplots(figsize=(6, 3.4))
    ax.plot([14, 60], [20.5 + 2.366 * v for v in (14, 60)], color=ACCENT, lw=2)
    ax.vlines(x, y, fitted, color=WARM, lw=1.6, linestyles="dashed")
    ax.scatter(x, y, s=45, color=INK, zorder=3)
    ax.text(44.4, (140 + fitted[4]) / 2 + 3, miss, color=WARM, ha="right", va="center")
    ax.text(55, 120, line_word, color=ACCENT, ha="left", va="center")
    ax.annotate(
        "", (57.5, 20.5 + 2.366 * 57.5), (58.5, 125), arrowprops={"arrowstyle": "-|>", "color": ACCENT}
    )
    ax.set(xlabel=x_word, ylabel=y_word, xlim=(14, 66), ylim=(45, 170))
    save(figure, "09-first-model", f"residuals.{lang}")


def split(lang: str) -> None:
    everything, train, test, fit, score, model = {
        "ja": ("全部の行\n296件", "訓練用\n222件", "テスト用\n74件", "学習", "評価", "モデル"),
        "en": ("all rows\n296", "training\n222", "test\n74", "fit", "evaluate", "model"),
    }[lang]
    figure, ax = drawing(7.2, 2.8)
    box(ax, 1.0, 1.4, 1.4, 2.0, everything, fill="white", edge=MUTED)
    box(ax, 3.3, 1.8, 1.4, 1.4, train)
    box(ax, 3.3, 0.6, 1.4, 0.7, test, fill="#fff7ed", edge=WARM)
    box(ax, 6.0, 1.8, 1.4, 0.7, model, fill="white")
    arrow(ax, (1.75, 1.6), (2.55, 1.8))
    arrow(ax, (1.75, 1.1), (2.55, 0.65))
    arrow(ax, (4.05, 1.8), (5.25, 1.8), color=ACCENT)
    ax.text(4.65, 1.95, fit, ha="center", color=ACCENT)
    arrow(ax, (4.05, 0.6), (6.0, 1.4), 0.25, color=WARM)
    ax.text(5.55, 0.55, score, ha="center", color=WARM)
    save(figure, "10-evaluation", f"split.{lang}")


def plots_of_models() -> None:
    df = pd.read_csv(COURSE / "data" / "rent_clean.csv")
    X, y = df[["area"]], df["rent"]
    model = LinearRegression().fit(X, y)
    ends = pd.DataFrame({"area": [15, 80]})
    figure, ax = plt.subplots()
    ax.scatter(df["area"], y / 1000, alpha=0.4)
    ax.plot(ends["area"], model.predict(ends) / 1000, color="red")
    ax.set(xlabel="area (square metres)", ylabel="rent (1,000 yen)")
    save_png(figure, "09-first-model", "line")

    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=42)
    predicted = LinearRegression().fit(X_train, y_train).predict(X_test)
    figure, ax = plt.subplots(figsize=(5, 5))
    ax.scatter(y_test / 1000, predicted / 1000, alpha=0.6)
    ax.plot([25, 200], [25, 200], color="gray")
    ax.set(xlabel="actual rent (1,000 yen)", ylabel="predicted rent (1,000 yen)")
    save_png(figure, "10-evaluation", "predicted")


def plots_of_trees() -> None:
    df = pd.read_csv(COURSE / "data" / "rent_clean.csv")
    X = pd.get_dummies(df.drop(columns=["id", "rent"]), columns=["ward"])
    X_train, X_test, y_train, y_test = train_test_split(X, df["rent"], test_size=0.25, random_state=42)

    tree = DecisionTreeRegressor(max_depth=2, random_state=0).fit(X_train, y_train)
    figure = plt.figure(figsize=(9, 4))
    plot_tree(tree, feature_names=list(X.columns), impurity=False, precision=1, filled=True)
    save_png(figure, "12-overfitting", "tree")

    depths = range(1, 13)
    trees = [DecisionTreeRegressor(max_depth=d, random_state=0).fit(X_train, y_train) for d in depths]
    figure, ax = plt.subplots()
    for label, features, target in (("training", X_train, y_train), ("test", X_test, y_test)):
        errors = [mean_absolute_error(target, t.predict(features)) for t in trees]
        ax.plot(depths, errors, marker="o", label=label)
    ax.set(xlabel="depth of the tree", ylabel="MAE (yen)")
    ax.legend()
    save_png(figure, "12-overfitting", "depth")


BOTH: tuple[Callable[[str], None], ...] = (
    cycle,
    name_tag,
    elementwise,
    dataframe,
    median,
    residuals,
    split,
    one_hot,
    cross_validation,
)
PLAIN: tuple[Callable[[], None], ...] = (plots_of_07, plots_of_models, plots_of_trees)


def main() -> None:
    for lang in LANGUAGES:
        plt.rcParams["font.family"] = ["Noto Sans CJK JP"] if lang == "ja" else ["DejaVu Sans"]
        for draw in BOTH:
            draw(lang)
    with plt.rc_context(matplotlib.rcParamsDefault):
        for plain in PLAIN:
            plain()


if __name__ == "__main__":
    main()
