"""Names, index and ranks of leading runs, and the numbers of headlines, by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from harness.market import headlines, leading_runs

WHO = dict.fromkeys(leading_runs.RUN_COLUMNS, None)
RUN = WHO | {
    "suite": "s",
    "suite_version": "1",
    "origin": "measured",
    "segment": "lab",
    "partial": False,
    "valid": True,
    "chat_template": False,
}


def _run(run_id: str, model: str, **cells: Any) -> dict[str, Any]:
    return RUN | {"run_id": run_id, "model": model, "dtype": "bf16", "revision": "0123456789"} | cells


class Rows:
    """A database of one suite: a task of four choices, a task of bits per byte with H₀ = 4, and a task without direction."""

    runs = pd.DataFrame(
        [
            _run("1", "a"), _run("2", "a", dtype="fp32"), _run("3", "b"), _run("4", "a", origin="imported"),
            _run("5", "b", suite_version="2", revision=None), _run("6", "c", origin="imported", segment="reference"),
            _run("7", "d", suite_version="2"), _run("8", "d", suite_version="2", chat_template=True),
        ]
    )  # fmt: skip
    tasks = pd.DataFrame(
        [("choice", "qa", "acc", True, 0.25, 1.0, None), ("bits", "perplexity", "bits_per_byte", False, None, None, 4.0),
         ("odd", "classification", "acc", None, None, None, None)],
        columns=["task", "kind", "headline_metric", "higher_is_better", "chance", "best", "h0"],
    ).assign(suite="s", suite_version="1", headline_filter="none", task_group=None)  # fmt: skip
    scores = {"1": (0.70, 2.0), "2": (0.40, 3.0), "3": (0.68, 1.0)}

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        if name != "headline_results":
            return {"leading_runs": self.runs, "tasks": self.tasks}[name]
        rows = [
            (run_id, task.task, task.headline_metric, "none", score, stderr, 100, task.higher_is_better)
            for run_id in values["run_ids"] for task, score, stderr in
            zip(self.tasks.itertuples(), (*self.scores[run_id], 0.5), (0.03, 0.04, 0.1), strict=True)
        ]  # fmt: skip
        columns = ["run_id", "task", "metric", "filter", "score", "stderr", "n", "higher_is_better"]
        return pd.DataFrame(rows, columns=columns).assign(kind="qa")


@pytest.fixture
def measured() -> pd.DataFrame:
    return leading_runs.of_board(leading_runs.leading_runs(Rows()), "s", "1", "measured")


def test_a_model_has_its_details_only_where_a_board_has_it_twice() -> None:
    runs = leading_runs.leading_runs(Rows()).set_index("run_id")
    assert runs["label"].to_dict() == {
        "1": "a · bf16 0123456", "2": "a · fp32 0123456", "3": "b", "4": "a", "5": "b", "6": "c",
        "7": "d · bf16 0123456", "8": "d · bf16 0123456 chat template",
    }  # fmt: skip
    assert runs.loc["6", "kind_of_origin"] == "reference" and runs.loc["4", "kind_of_origin"] == "imported"


def test_the_index_board_by_hand(measured: pd.DataFrame) -> None:
    # normalised: (score − ¼) / ¾, its error 0.03 / ¾
    scores = leading_runs.task_scores(Rows(), measured)
    board = leading_runs.index_board(Rows(), measured, scores, "qa")
    assert board["model"].tolist() == ["a · bf16 0123456", "b", "a · fp32 0123456"]
    assert board["score"].tolist() == pytest.approx([0.6, 0.43 / 0.75, 0.2])
    assert board["stderr"].tolist() == pytest.approx([0.04] * 3)
    assert board["low"].iloc[0] == pytest.approx(0.6 - 1.959964 * 0.04)
    # 0.6 against 0.573 ± 0.057: one class; 0.2 is behind both
    assert board[["rank", "rank_low", "rank_high", "class"]].to_numpy().tolist() == [
        [1, 1, 2, 1],
        [2, 1, 2, 1],
        [3, 3, 3, 2],
    ]
    first = headlines.leader(board)
    assert (first.row["run_id"], first.rivals) == ("1", 1)


def test_a_task_board_puts_the_fewest_bits_first_and_ranks_no_task_without_direction(measured: pd.DataFrame) -> None:
    board = leading_runs.task_board(Rows(), measured, "bits")
    assert board["run_id"].tolist() == ["3", "1", "2"] and board["rank"].tolist() == [1, 2, 3]
    assert leading_runs.task_board(Rows(), measured, "odd").empty


def test_the_first_is_ahead_by_the_difference_and_both_errors() -> None:
    rows = pd.DataFrame({"model": ["a", "b", "c"], "score": [1.0, 0.9, 0.0], "stderr": [0.3, 0.4, None]})
    gaps = headlines.ahead(rows)
    assert gaps["model"].tolist() == ["b", "c"] and gaps["difference"].tolist() == pytest.approx([0.1, 1.0])
    assert gaps["low"].iloc[0] == pytest.approx(0.1 - 1.959964 * 0.5) and gaps["low"].isna().tolist() == [False, True]


def test_the_best_of_each_group_leaves_out_who_is_in_none() -> None:
    rows = pd.DataFrame(
        {"model": ["a", "b", "c", "d"], "score": [1.0, 2.0, 3.0, 4.0], "open_weights": [True, True, False, pd.NA]}
    )
    best = headlines.best_of_each(rows, "open_weights")
    assert {name: row["model"] for name, row in best.items()} == {"True": "b", "False": "c"}
