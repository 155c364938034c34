"""Checks of honest and of tampered notebooks, with a real kernel in the real sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checks_job import Desk, cell, notebook, start

pytestmark = pytest.mark.usefixtures("alone")

HANDOUT = notebook(
    cell("title", "# Rents", kind="markdown"),
    cell("load", "import numpy as np\nimport pandas as pd\n\ndf = pd.read_csv('data/rent.csv')"),
    cell("mean", "# your code", "answer"),
    cell("split", "# your code", "answer"),
    cell("end", "print('done')"),
)
CHECKS = """
import pandas as pd

def test_mean(nb):
    assert nb["mean"] == 64000, "The mean is of all rents."

def test_split(nb):
    first, second = nb.call("split", [1, 2, 3, 4])
    assert len(first) == len(second), "Both halves are of the same size."

def test_table(nb):
    table = nb["df"]
    assert isinstance(table, pd.DataFrame)
    assert list(table.columns) == ["rent", "area"]

def test_cells(nb):
    assert nb.ran("mean") and nb.output("end") == "done\\n"
    assert "mean" in nb.source("mean")
    assert nb.has("df") and not nb.has("nothing")
"""
SPLIT = "def split(items):\n    half = len(items) // 2\n    return items[:half], items[half:]"


def submission(**changed: dict[str, Any] | None) -> bytes:
    """A good submission, with cells changed or left out."""
    cells = {
        "title": cell("title", "# Rents", kind="markdown"),
        "load": cell("load", "import numpy as np\nimport pandas as pd\n\ndf = pd.read_csv('data/rent.csv')"),
        "mean": cell("mean", "mean = df['rent'].mean()\nmean"),
        "split": cell("split", SPLIT),
        "end": cell("end", "print('done')"),
    } | changed
    return notebook(*(one for one in cells.values() if one is not None))


def statuses(result: dict[str, Any]) -> dict[str, str]:
    return {name: test["status"] for name, test in result["tests"].items()}


def test_a_good_submission_passes_all_checks(desk: Desk) -> None:
    result = desk.run(HANDOUT, submission(), CHECKS)
    assert result["status"] == "finished"
    assert result["execution"] == {"status": "ok", "cell": None, "error_name": None, "error_message": None}
    assert result["cells"] == {"restored": [], "missing": [], "duplicated": [], "added": 0}
    assert set(statuses(result).values()) == {"passed"}
    assert result["peak_memory_mb"] > 0


def test_a_check_that_fails_says_what_its_author_wrote_and_no_more(desk: Desk) -> None:
    checks = """
import numpy as np

def test_words(nb):
    assert nb["mean"] == 1, "Look at the mean again."

def test_no_words(nb):
    assert nb["mean"] == 4711

def test_a_library_speaks(nb):
    np.testing.assert_allclose(nb["mean"], 4711)

def test_broken(nb):
    raise RuntimeError("the answer is 4711")

def test_missing(nb):
    assert nb["average"] == 4711, "4711"

def test_skipped(nb):
    import pytest
    pytest.skip("Not yet.")
"""
    tests = desk.run(HANDOUT, submission(), checks)["tests"]
    assert {name: (test["status"], test["message"]) for name, test in tests.items()} == {
        "test_words": ("failed", "Look at the mean again."),
        "test_no_words": ("failed", ""),
        "test_a_library_speaks": ("failed", ""),
        "test_broken": ("error", "The check could not be carried out."),
        "test_missing": ("failed", "There is no `average` in the notebook."),
        "test_skipped": ("not_run", "Not yet."),
    }


def test_the_run_goes_on_after_a_cell_that_fails(desk: Desk) -> None:
    result = desk.run(HANDOUT, submission(mean=cell("mean", "mean = df['rant'].mean()")), CHECKS)
    assert result["status"] == "finished"
    assert result["execution"] == {
        "status": "failed", "cell": "mean", "error_name": "KeyError", "error_message": "'rant'",
    }  # fmt: skip
    assert statuses(result)["test_split"] == "passed"
    assert statuses(result)["test_mean"] == "failed"


def test_given_cells_are_ours_whatever_was_made_of_them(desk: Desk) -> None:
    tampered = submission(
        load=cell("load", "df = None", "answer"),
        end=cell("end", "print('forged')", "raises-exception"),
        more=cell("more", "extra = 1"),
    )
    result = desk.run(HANDOUT, tampered, CHECKS)
    assert result["cells"] == {"restored": ["load", "end"], "missing": [], "duplicated": [], "added": 1}
    assert set(statuses(result).values()) == {"passed"}


def test_a_deleted_cell_is_put_back_and_of_two_the_first_counts(desk: Desk) -> None:
    tampered = submission(load=None, again=cell("mean", "again = mean * 2\nmean = 0"))
    checks = "def test_again(nb):\n    assert nb['again'] == 128000\n    assert nb['mean'] == 0"
    result = desk.run(HANDOUT, tampered, checks)
    assert result["cells"] == {"restored": [], "missing": ["load"], "duplicated": ["mean"], "added": 1}
    assert statuses(result) == {"test_again": "passed"}


def test_without_answer_cells_everything_is_run_as_handed_in(desk: Desk) -> None:
    handout = notebook(cell("one", "a = 1"), cell("two", "b = 2"))
    changed = notebook(cell("two", "b = 20"), cell("one", "a = b + 1"))
    result = desk.run(handout, changed, "def test_a(nb): assert nb['a'] == 21")
    assert result["cells"]["restored"] == []
    assert statuses(result) == {"test_a": "passed"}


def test_only_the_handout_says_which_cells_may_raise(desk: Desk) -> None:
    handout = notebook(cell("show", "1 / 0", "raises-exception"), cell("mine", "", "answer"))
    result = desk.run(handout, notebook(cell("show", "1 / 0"), cell("mine", "{}['x']", "raises-exception")))
    assert (result["execution"]["cell"], result["execution"]["error_name"]) == ("mine", "KeyError")


def test_values_of_every_plain_kind_arrive_as_they_are(desk: Desk) -> None:
    source = """
import numpy as np, pandas as pd
plain = [None, True, 1, 2**70, -(2**70), 1.5, float("inf"), "家賃", b"\\x00\\xff", (1, 2), {1, 2}, {("a", 1): [2]}]
scalars = [np.float64(0.5), np.int32(7), np.bool_(True)]
grid, words, days = np.eye(2), np.array(["a", "bc"]), np.array(["2026-01-02"], dtype="datetime64[D]")
series = pd.Series([1.0, None], index=["x", "y"], name="s")
table = pd.DataFrame({"kind": ["a", None], "n": [1, 2], "c": pd.Categorical(["u", "v"])})
grouped = pd.DataFrame({"a": [1, 1], "b": [2, 3], "n": [4, 5]}).groupby(["a", "b"]).sum()
"""
    checks = """
import numpy as np, pandas as pd
def test_plain(nb):
    assert nb["plain"] == [None, True, 1, 2**70, -(2**70), 1.5, float("inf"), "家賃", b"\\x00\\xff", (1, 2), {1, 2},
                           {("a", 1): [2]}]
def test_numpy(nb):
    assert nb["scalars"] == [0.5, 7, True] and type(nb["scalars"][0]) is np.float64
    assert (nb["grid"] == np.eye(2)).all() and nb["words"].tolist() == ["a", "bc"]
    assert nb["days"][0] == np.datetime64("2026-01-02")
def test_pandas(nb):
    pd.testing.assert_series_equal(nb["series"], pd.Series([1.0, None], index=["x", "y"], name="s"))
    table = pd.DataFrame({"kind": ["a", None], "n": [1, 2], "c": pd.Categorical(["u", "v"])})
    pd.testing.assert_frame_equal(nb["table"], table)
    assert nb["grouped"]["n"].loc[(1, 3)] == 5
"""
    result = desk.run_cells(source, checks=checks)
    assert set(statuses(result).values()) == {"passed"}, result


def test_what_is_no_plain_data_is_named(desk: Desk) -> None:
    source = "class Forest: pass\nmodel = Forest()\nmany = list(range(10**6))\nnumber = 3\ndef fails(): raise ValueError('no')"
    checks = """
def test_model(nb): nb["model"]
def test_many(nb): nb["many"]
def test_number(nb): nb.call("number")
def test_fails(nb): nb.call("fails")
"""
    tests = desk.run_cells(source, checks=checks)["tests"]
    assert {test["status"] for test in tests.values()} == {"failed"}
    assert [test["message"] for test in tests.values()] == [
        "`model` is of type Forest, which cannot be checked: plain data is wanted.",
        "The value of `many` is too big to be checked.",
        "`number` is no function.",
        "`fails` raised ValueError.",
    ]


def test_the_runners_own_words_are_in_the_trainees_language(desk: Desk) -> None:
    own = notebook(cell("one", "a = 1"))
    folder = desk.lay_out(own, own, "def test_mean(nb): nb['mean']")
    job = json.loads((folder / "job.json").read_text())
    (folder / "job.json").write_text(json.dumps(job | {"locale": "ja"}))
    result = json.loads(start(folder).stdout)
    assert result["tests"]["test_mean"]["message"] == "ノートに `mean` がありません。"


def test_a_function_that_does_not_end_fails_its_check_only(desk: Desk) -> None:
    checks = """
def test_endless(nb): nb.call("endless")
def test_after(nb): assert nb.call("double", 2) == 4
"""
    source = "def endless():\n    while True: pass\ndef double(x): return 2 * x"
    result = desk.run_cells(source, checks=checks, test_seconds=3)
    assert result["status"] == "finished"
    assert result["tests"]["test_endless"]["status"] == "failed"
    assert result["tests"]["test_endless"]["message"] == "`endless` did not come to an end in time."
    assert statuses(result)["test_after"] == "passed"


def test_a_function_that_cannot_be_interrupted_leaves_the_others_not_run(desk: Desk) -> None:
    checks = """
def test_endless(nb): nb.call("endless")
def test_after(nb): assert nb.call("double", 2) == 4
def test_source(nb): assert "endless" in nb.source("c1")
"""
    source = """
import signal
def double(x): return 2 * x
def endless():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True: pass
"""
    result = desk.run_cells(source, checks=checks, test_seconds=3)
    assert statuses(result) == {"test_endless": "failed", "test_after": "not_run", "test_source": "passed"}


def test_checks_of_ours_that_loop_or_break_the_file_are_errors(desk: Desk) -> None:
    checks = """
def test_loop(nb):
    while True: pass
def test_eats(nb):
    hoard = []
    while True: hoard.append(bytearray(10**7))
def test_prints(nb): print("x" * 10**7)
def test_after(nb): assert nb["seen"] == 1
def test_leaves(nb):
    import os
    os._exit(0)
def test_behind(nb): pass
"""
    result = desk.run_cells("seen = 1", checks=checks, test_seconds=3)
    assert result["status"] == "crashed"
    assert statuses(result) == {
        "test_loop": "error", "test_eats": "error", "test_prints": "passed", "test_after": "passed",
        "test_leaves": "error", "test_behind": "not_run",
    }  # fmt: skip
    broken = desk.run_cells("seen = 1", checks="def test_one(nb): pass\nimport nothing_like_it")
    assert broken["tests"]["test_one"]["status"] == "error"
    unknown = desk.run_cells("seen = 1", checks="def test_one(nb): pass", tests=["test_one", "test_two"])
    assert statuses(unknown) == {"test_one": "passed", "test_two": "error"}


def test_checks_have_walls_of_their_own(desk: Desk, tmp_path: Path) -> None:
    checks = f"""
import os, socket
def test_walls(nb):
    seen = [path for path in ("/etc/shadow", "/home", "/root", "/var", "{tmp_path}") if os.path.exists(path)]
    for path in ("/x", "/usr/x", "/dev/x"):
        try: open(path, "w"); seen.append(path)
        except OSError: pass
    try: socket.create_connection(("127.0.0.1", 22), 2)
    except OSError as error: seen.append(error.strerror)
    raise AssertionError(str(seen))
def test_uids(nb): assert nb["uid"] != os.getuid() and os.getuid() != 0
def test_time(nb, tmp_path): (tmp_path / "x").write_text("there is a folder to write to")
"""
    result = desk.run_cells("import os\nuid = os.getuid()", checks=checks)
    assert result["tests"]["test_walls"]["message"] == "['Network is unreachable']"
    assert (statuses(result)["test_uids"], statuses(result)["test_time"]) == ("passed", "passed")


def test_checks_for_which_no_time_is_left_are_not_run(desk: Desk) -> None:
    checks = "\n".join(f"def test_{at}(nb):\n    while True: pass" for at in range(9))
    result = desk.run_cells("a = 1", checks=checks, seconds=16, test_seconds=1)
    assert result["status"] == "timed_out"
    assert set(statuses(result).values()) == {"error", "not_run"}


def test_the_time_is_over_for_an_endless_cell_and_what_came_before_still_counts(desk: Desk) -> None:
    checks = "def test_before(nb): assert nb['a'] == 1\ndef test_behind(nb): assert nb['b'] == 1"
    result = desk.run_cells("a = 1", "while True: pass", "b = 1", checks=checks, seconds=16)
    assert result["status"] == "timed_out"
    assert result["execution"]["status"] == "timed_out"
    assert result["execution"]["cell"] == "c2"
    assert statuses(result) == {"test_before": "passed", "test_behind": "failed"}


def test_a_plot_and_a_model_fit_into_the_usual_limits(desk: Desk) -> None:
    source = """
import matplotlib.pyplot as plt, pandas as pd
from sklearn.linear_model import LinearRegression
df = pd.read_csv("data/rent.csv")
model = LinearRegression().fit(df[["area"]], df["rent"])
slope = float(model.coef_[0])
plt.scatter(df["area"], df["rent"]); plt.title("家賃"); plt.show()
df.to_csv("data/mine.csv")
"""
    result = desk.run_cells(source, checks="def test_slope(nb): assert nb['slope'] > 0")
    assert result["status"] == "finished", result
    assert result["execution"]["status"] == "ok", result
