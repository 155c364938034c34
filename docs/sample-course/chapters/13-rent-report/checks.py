"""Checks of the report on predicting rent. Trainees never see this file.

Values come as plain data from the notebook, which was run from scratch; what a message says is shown to the trainee.
"""

import pytest

#: A quarter of 296 flats, as train_test_split rounds it.
TESTED = 74
#: Yen, of predicting the mean of the training data with random_state 42.
BASELINE = 28_652


def error_of_model(nb):
    predicted, actual = list(nb.call("predict", nb["X_test"])), list(nb["y_test"])
    assert len(predicted) == len(actual), "予測の件数が、テスト用の件数と違います。/ There is not one prediction for each flat of the test data."
    return sum(abs(one - other) for one, other in zip(predicted, actual, strict=True)) / len(actual)


def test_the_data_are_split_as_asked(nb):
    for name in ("X_train", "X_test", "y_train", "y_test"):
        assert nb.has(name), f"変数 {name} がありません。/ There is no variable {name}."
    assert len(nb["X_test"]) == len(nb["y_test"]) == TESTED, "テスト用の件数が違います。/ The test data have another size."
    assert not set(nb["X_train"].index) & set(nb["X_test"].index), "同じ部屋が両方に入っています。/ A flat is in both parts."
    assert list(nb["y_test"].index)[:3] == [274, 155, 84], "分け方が違います。/ The data are split in another way."


def test_the_baseline_is_right(nb):
    assert nb.has("baseline_mae"), "変数 baseline_mae がありません。/ There is no variable baseline_mae."
    assert nb["baseline_mae"] == pytest.approx(BASELINE, abs=1), "値が違います。/ The value is another one."


def test_the_model_beats_the_baseline(nb):
    assert nb.has("model"), "変数 model がありません。/ There is no variable model."
    assert error_of_model(nb) <= BASELINE / 2, "誤差がベースラインの半分より大きいです。/ The error is more than half the baseline's."


def test_the_error_is_that_of_the_model(nb):
    assert nb.has("model_mae"), "変数 model_mae がありません。/ There is no variable model_mae."
    assert nb["model_mae"] == pytest.approx(error_of_model(nb), abs=1), "予測から求めた値と違います。/ It is not what the predictions give."


def test_the_model_does_not_see_the_answer(nb):
    given = set(nb["X_train"].columns) & {"rent", "id"}
    assert not given, f"使えない列があります：{', '.join(sorted(given))} / There are columns that may not be used."
