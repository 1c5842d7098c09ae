"""The list of metrics: what a row says, what is unknown of a metric without one, and its table in the documentation."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from harness.metrics import FAMILIES, METRICS, ROLES, Family, is_spread, metric

FORMATS = Path(__file__).resolve().parents[1] / "docs" / "formats.md"


def test_a_metric_that_is_not_listed_has_no_known_direction_and_no_bounds() -> None:
    row = metric("unheard_of")
    assert row.higher_is_better is None and not row.proportion
    assert (row.low, row.high) == (-math.inf, math.inf)


@pytest.mark.parametrize("row", METRICS.values(), ids=METRICS)
def test_every_row_is_whole(row: object) -> None:
    assert row.low < row.high and row.unit and row.role in ROLES  # type: ignore[attr-defined]
    assert row.higher_is_better is not None  # type: ignore[attr-defined]
    assert not row.proportion or (row.low, row.high) == (0.0, 1.0)  # type: ignore[attr-defined]


def test_the_documentation_shows_the_list() -> None:
    better = {True: "higher", False: "lower"}
    table = "\n".join(
        f"| `{m.name}` | {m.unit} | {m.low:g} to {m.high:g} | {better[bool(m.higher_is_better)]} "
        f"| {'yes' if m.proportion else ''} | {m.role} |"
        for m in METRICS.values()
    )
    assert table in FORMATS.read_text(encoding="utf-8"), f"docs/formats.md has no or an old table:\n{table}"
    for f in FAMILIES:
        m = f.row
        line = f"| `{m.name}` | {m.unit} | {m.low:g} to {m.high:g} | {better[bool(m.higher_is_better)]} | {'yes' if m.proportion else ''} |"
        assert line in FORMATS.read_text(encoding="utf-8"), line
    for role, meaning in ROLES.items():
        assert f"`{role}` ({meaning})" in " ".join(FORMATS.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("family", FAMILIES, ids=[f.row.name for f in FAMILIES])
def test_a_familys_example_is_of_the_family(family: Family) -> None:
    assert metric(family.row.name) == family.row


@pytest.mark.parametrize(
    "name",
    ["platt_ece_5_bin", "ece", "toxic_frac", "max_toxicity_probability", "bias_metric:mode=associations,target=noun"]
    + [
        "bbq_metric_unambiguous_bias",
        "RMSE",
        "mean_squared_error",
        "wer",
        "char_error_rate",
        "eval_loss",
        "token_perplexity",
    ],
)
def test_of_errors_bias_and_toxicity_less_is_better(name: str) -> None:
    assert metric(name).higher_is_better is False


@pytest.mark.parametrize(
    "name", ["mean_acc", "Accuracy", "humaneval_pass@1", "accuracy (4 runs average)", "G-Pass@4_0.25", "pass@k:k=1&n=8"]
)
def test_other_names_of_accuracy_are_proportions(name: str) -> None:
    row = metric(name)
    assert row.higher_is_better and row.proportion and row.name == name


@pytest.mark.parametrize("name", ["accuracy_drop", "acc_gap", "loss_ratio", "score", "mean", "perplexity_change"])
def test_a_name_that_only_contains_a_known_word_has_no_known_direction(name: str) -> None:
    assert metric(name).higher_is_better is None


def test_spreads_are_told_from_scores_by_their_names() -> None:
    assert all(
        map(
            is_spread, ("acc_stderr", "std", "em_std_err", "f1_var", "acc_stderr_clt", "acc_std (3 runs)", "acc_ci_low")
        )
    )
    assert not any(map(is_spread, ("acc", "standard", "variety", "stderrs_seen", "mcc")))
