"""The query ``claims``: which of a vendor's figures stands beside which independent one, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harness.catalog.names import effort
from harness.store.reader import Reader
from tests.store.conftest import CATALOG, make_catalog, publish_sources

BENCHMARKS = (
    CATALOG["benchmarks.csv"]
    + """\
quiz-vendor,Quiz (makers),,Quiz,,vendor,knowledge,en,acc,fraction,,1,true,scale,2026-01-01,s1
quiz-lab,Quiz (A Lab),,Quiz,2,a-lab,knowledge,en,acc,fraction,,1,true,scale,2026-01-01,s1
quiz-lab-best,Quiz (best of 3),,Quiz,,a-lab,knowledge,en,best of 3,fraction,,1,true,scale,2026-01-01,s1
quiz-hard,"Quiz, hard subset (A Lab)",,Quiz,hard,a-lab,knowledge,en,acc,fraction,,1,true,scale,2026-01-01,s1
quiz-2,Quiz 2 (A Lab),,Quiz,2,a-lab,knowledge,en,acc,fraction,,1,true,scale,2026-01-01,s1
"""
)
LESSENED = ["none", "none-high", "none-low", "minimal", "low", "low-64k", "minimal-8k"]
FULL = ["default", "thinking", "medium", "high", "xhigh", "max", "1k", "64k", "high-64k", "medium-64k"]


def _claims(tmp_path: Path, *scores: tuple[str, str, float, str]) -> pd.DataFrame:
    """The claims of scores of one model: benchmark, effort, score, by whom."""
    header = CATALOG["reported_scores.csv"].splitlines()[0]
    rows = [
        f"acme-one,{test},{asked},,{score},fraction,,{'Acme' if by == 'vendor' else 'A Lab'},{by},primary,2025-06-01,s1"
        for test, asked, score, by in scores
    ]
    texts = {"benchmarks": BENCHMARKS, "reported_scores": "\n".join([header, *rows, ""])}
    publish_sources(tmp_path / "claims.duckdb", catalog=make_catalog(tmp_path / "catalog", **texts))
    return Reader(tmp_path / "claims.duckdb").frame("claims")


def test_another_set_up_of_the_same_items_is_the_check(tmp_path: Path) -> None:
    claims = _claims(tmp_path, ("quiz-vendor", "default", 0.8, "vendor"), ("quiz-lab", "default", 0.7, "third-party"))
    row = claims.iloc[0]
    assert len(claims) == 1
    assert (row["model"], row["benchmark"], row["others_setting"]) == ("One", "Quiz", "a-lab")
    assert [row["own"], row["others"], row["gap"]] == pytest.approx([0.8, 0.7, 0.1])


@pytest.mark.parametrize("other", ["quiz-hard", "quiz-2", "quiz-lab-best", "mmlu"])
def test_other_items_and_other_metrics_are_no_check(tmp_path: Path, other: str) -> None:
    own = ("quiz-vendor", "default", 0.8, "vendor")
    assert _claims(tmp_path, own, (other, "default", 0.3, "third-party")).empty


def test_a_subset_does_not_enter_the_mean_of_the_whole(tmp_path: Path) -> None:
    claims = _claims(
        tmp_path,
        ("quiz-vendor", "default", 0.8, "vendor"),
        ("quiz-lab", "default", 0.7, "third-party"),
        ("quiz-hard", "default", 0.1, "third-party"),
    )
    assert claims["others"].tolist() == pytest.approx([0.7])


@pytest.mark.parametrize("lessened", LESSENED)
def test_a_lessened_effort_is_compared_with_its_own_value_alone(tmp_path: Path, lessened: str) -> None:
    others = [e for e in LESSENED + FULL if e != lessened]
    checks = [("quiz-lab", asked, 0.2, "third-party") for asked in others]
    own = ("quiz-vendor", lessened, 0.8, "vendor")
    assert _claims(tmp_path, own, *checks).empty
    same = _claims(tmp_path, own, *checks, ("quiz-lab", lessened, 0.6, "third-party"))
    assert same[["own", "others"]].to_numpy().tolist() == [[0.8, 0.6]]


@pytest.mark.parametrize("asked", FULL)
def test_every_other_effort_is_compared_with_the_others_that_are_not_lessened(tmp_path: Path, asked: str) -> None:
    checks = [("quiz-lab", lessened, 0.2, "third-party") for lessened in LESSENED]
    own = ("quiz-vendor", asked, 0.8, "vendor")
    assert _claims(tmp_path, own, *checks).empty
    claims = _claims(tmp_path, own, *checks, ("quiz-lab", "high", 0.7, "third-party"))
    assert claims[["own", "others"]].to_numpy().tolist() == [[0.8, 0.7]]


def test_a_model_has_a_row_for_each_effort(tmp_path: Path) -> None:
    claims = _claims(
        tmp_path,
        ("quiz-vendor", "high", 0.9, "vendor"),
        ("quiz-vendor", "none", 0.5, "vendor"),
        ("quiz-lab", "default", 0.8, "third-party"),
        ("quiz-lab", "none", 0.3, "third-party"),
    )
    assert claims[["own", "others"]].to_numpy().tolist() == [[0.5, 0.3], [0.9, 0.8]]
    assert claims["own_setting"].tolist() == ["none", "high"]


def test_the_query_and_the_spelling_of_efforts_agree_on_what_is_lessened() -> None:
    assert all(effort.is_effort(e) for e in LESSENED + FULL)
    below = {e for e in LESSENED + FULL if effort.rank(e) < effort.rank(effort.DEFAULT)}
    assert below == set(LESSENED)
