"""Standard errors and spreads beside scores, by their names."""

from __future__ import annotations

import pytest

from harness.interchange.foreign.spreads import measured_by, no_score


@pytest.mark.parametrize(
    ("name", "score"),
    [
        ("stderr", "accuracy"),
        ("bootstrap_stderr", "accuracy"),
        ("pkg/stderr2", "accuracy"),
        ("final_stderr", "final_acc"),
        ("law_stderr", "law"),
        ("std_err_law", "law"),
        ("std", None),
        ("law_var", None),
        ("unseen_stderr", None),
    ],
)
def test_an_error_belongs_to_the_score_of_its_name(name: str, score: str | None) -> None:
    assert no_score(name) and measured_by(name, ["accuracy", "final_acc", "law"]) == score


def test_scores_are_no_spreads() -> None:
    assert not any(map(no_score, ("accuracy", "pass_at_2", "variant", "standard", "math2")))
