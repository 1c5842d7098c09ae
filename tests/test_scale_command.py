"""``harness scale``: its document, its sentences, and what it answers where a name or a scale is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from harness.__main__ import run
from harness.analysis.scale.domains import DOMAINS
from harness.commands import scale_text as text
from harness.market.scale_table import REASONS
from harness.store.migrations import migrate
from tests.market import published_scores as truth

KEYS = ["model_id", "product_id", "points", "low", "high", "rank", "rank_low", "rank_high", "within_leader", "benchmarks",
        "domains", "ranked", "reason"]  # fmt: skip
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return truth.build(tmp_path_factory.mktemp("scale") / "land.duckdb")


@pytest.fixture
def database(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_DB", str(built))
    return built


def document(capsys: Capture, *options: str, code: int = 0) -> Any:
    """What ``harness scale --json`` prints: one document and nothing else."""
    assert run(["scale", "--json", *options]) == code
    return json.loads(capsys.readouterr().out)


def printed(capsys: Capture, *options: str, code: int = 0) -> tuple[str, str]:
    assert run(["scale", *options]) == code
    shown = capsys.readouterr()
    return shown.out, shown.err


@pytest.mark.usefixtures("database")
def test_the_document_has_every_product_with_the_keys_of_the_design(capsys: Capture) -> None:
    rows = document(capsys)
    assert [list(row) for row in rows] == [KEYS] * len(rows)
    ranked = [row for row in rows if row["ranked"]]
    assert rows[: len(ranked)] == ranked and [row["rank"] for row in ranked] == list(range(1, len(ranked) + 1))
    assert {row["product_id"] for row in ranked} == set(truth.CAPABILITY)
    for row in ranked:
        assert row["low"] <= row["points"] <= row["high"] and row["rank_low"] <= row["rank"] <= row["rank_high"]
        assert row["reason"] is None and row["model_id"] == row["product_id"]
    by_id = {row["model_id"]: row for row in rows}
    for name, points in ((truth.LOW, 130), (truth.HIGH, 150)):
        assert by_id[name]["points"] == by_id[name]["low"] == by_id[name]["high"] == points
    for name, (_, _, words) in truth.UNRANKED.items():
        row = by_id[name]
        assert row["reason"] == words
        assert (row["rank"], row["rank_low"], row["rank_high"], row["within_leader"]) == (None,) * 4
    assert by_id["rare"]["points"] is None and by_id["four"]["points"] is not None


@pytest.mark.usefixtures("database")
def test_expected_scores_hold_what_was_published(capsys: Capture, database: Path) -> None:
    rows = {row["model_id"]: row for row in document(capsys, "--expect", "facts")}
    with duckdb.connect(str(database), read_only=True) as con:
        query = (
            "SELECT model_id, score FROM reported_score WHERE benchmark_id = 'facts' AND model_id IN (SELECT unnest(?))"
        )
        published = con.execute(query, [list(truth.CAPABILITY)]).fetchall()
    assert len(published) == len(truth.CAPABILITY)
    inside = [rows[m]["expected_low"] <= score <= rows[m]["expected_high"] for m, score in published]
    assert sum(inside) >= 0.9 * len(inside)
    row = rows["m15"]
    assert 0 <= row["expected_low"] < row["expected"] < row["expected_high"] <= 1
    assert [rows["rare"][key] for key in ("expected", "expected_low", "expected_high")] == [None] * 3


@pytest.mark.usefixtures("database")
def test_no_score_is_expected_on_a_board_of_another_set_up(capsys: Capture) -> None:
    rows = {row["model_id"]: row for row in document(capsys, "--expect", "Old (board)")}
    assert rows["m03"]["expected"] is not None and rows["m10"]["expected"] is None


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("name", "id"), [("SUMS-EPOCH", "sums-epoch"), ("epoch", "sums-epoch"), ("ridd", "riddles"),
                                          ("Agent B", "agent-b"), ("sums (m", "sums-vendor")])  # fmt: skip
def test_a_benchmark_goes_by_any_unique_ending_or_beginning(capsys: Capture, name: str, id: str) -> None:
    assert document(capsys, "--expect", name) == document(capsys, "--expect", id)


@pytest.mark.usefixtures("database")
def test_an_ambiguous_or_unknown_benchmark_is_refused_with_candidates(capsys: Capture) -> None:
    assert "fits 2 benchmarks: sums-epoch, sums-vendor" in document(capsys, "--expect", "sums", code=2)["error"]
    assert "There is no benchmark 'ridles'. On the scale there is riddles" in printed(
        capsys, "--expect", "ridles", code=2)[1]  # fmt: skip
    assert "does not hold the benchmark 'arena'" in printed(capsys, "--expect", "arena", code=2)[1]
    assert "There is no benchmark ''" in printed(capsys, "--expect", "", code=2)[1]


@pytest.mark.usefixtures("database")
def test_the_finding_stands_first_and_who_is_not_ranked_below(capsys: Capture) -> None:
    out, err = printed(capsys)
    assert re.match(r"M15 leads at \d+ points \(\d+–\d+\); \w+ others? (is|are) within its margin of error\.\n", out)
    assert "11 of 29 products with published scores are not ranked:" in out
    assert "5  no benchmark shared with the others" in out and "2  fewer than 5 benchmarks" in out
    assert "1 of the 2 releases since 2026-03-03 is not placed." in out
    assert "fitting the scale" in err and "fitting" not in out
    assert "150 (unit)" in out and "scores of LiveBench only" not in out
    assert "scores of LiveBench only, 5 benchmarks" in printed(capsys, "--all")[0]


@pytest.mark.usefixtures("database")
def test_a_list_can_ask_for_more_evidence(capsys: Capture) -> None:
    rows = document(capsys, "--least", "9")
    assert {row["benchmarks"] >= 9 for row in rows if row["ranked"]} == {True}
    assert printed(capsys, "--least", "100")[0].startswith("No product has the evidence that a rank needs.\n")
    assert run(["scale", "--least", "0"]) == 2


@pytest.mark.usefixtures("database")
def test_two_products_are_compared(capsys: Capture) -> None:
    one = document(capsys, "--compare", "M15", "m00")
    other = document(capsys, "--compare", "acme/m00", "m15-high")
    assert (one["a"], one["b"], one["shared"]) == ("m15", "m00", 10) and (other["a"], other["b"]) == ("m00", "m15")
    assert one["difference"] == -other["difference"] and one["low"] < one["difference"] < one["high"]
    assert one["difference"] == pytest.approx(45, abs=4), "4.5 of capability, 10 points each"
    assert [row["model_id"] for row in one["products"]] == ["m15", "m00"] and len(one["benchmarks"]) == 10
    out, _ = printed(capsys, "--compare", "m00", "m15")
    assert out.startswith(f"M15 leads M00 by {one['difference']:.1f} points") and "10 shared benchmarks" in out
    assert "name one product" in printed(capsys, "--compare", "m15", "M15", code=2)[1]
    assert "does not hold RARE: 5 benchmarks, fewer than 4" in printed(capsys, "--compare", "m15", "rare", code=2)[1]
    assert "no model 'nobody'" in printed(capsys, "--compare", "m15", "nobody", code=2)[1]
    assert run(["scale", "--compare", "m15", "m00", "--all"]) == 2


@pytest.mark.usefixtures("database")
def test_points_of_a_domain(capsys: Capture) -> None:
    rows = {row["model_id"]: row for row in document(capsys, "--domain", "coding_agents")}
    row = rows["m08"]
    assert row["domain_low"] < row["domain_points"] < row["domain_high"] and rows["rare"]["domain_points"] is None
    assert printed(capsys, "--domain", "coding_agents")[0].startswith("In coding and agents, M15 has the most: ")
    assert "there is coding_agents, mathematics" in printed(capsys, "--domain", "cooking", code=2)[1]
    assert "Too few products have scores of tests in Chinese" in printed(capsys, "--domain", "chinese", code=2)[1]


def test_without_scores_or_anchors_the_command_says_that_there_is_no_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "empty"))
    with duckdb.connect(str(tmp_path / "empty")) as con:
        migrate(con)
    refused = document(capsys, code=2)
    assert "no capability scale: the database holds no published scores" in refused["error"] and refused["code"] == 2
    monkeypatch.setenv("LANDSCAPE_DB", str(truth.build(tmp_path / "bare", without=(truth.HIGH,))))
    out, err = printed(capsys, "--compare", "m00", "m01", code=2)
    assert out == "" and "There is no capability scale. The scale's unit needs scores of gpt-5" in err


@pytest.mark.parametrize(
    ("others", "words"), [(0, "no other is"), (1, "one other is"), (4, "four others are"), (12, "12 others are")]
)
def test_the_finding_counts_in_plain_english(others: int, words: str) -> None:
    rows = pd.DataFrame(
        {"name": "X", "points": 161.2, "low": 157.6, "high": 164.4, "within_leader": True}, range(others + 1)
    )
    assert text.finding(rows) == f"X leads at 161 points (158–164); {words} within its margin of error."


def test_products_that_cannot_be_told_apart() -> None:
    gap = {"difference": -1.0, "low": -3.0, "high": 1.0, "p_value": 0.327}
    assert text.gap_sentence("A", "B", gap) == (
        "A and B cannot be told apart: A − B is −1.0 points (−3.0 to +1.0), p = 0.33."
    )
    assert text.gap_sentence("A", "B", {**gap, "high": -0.5, "p_value": 1e-6}) == (
        "B leads A by 1.0 points (0.5–3.0), p < 0.001."
    )


@pytest.mark.parametrize(("released", "unplaced", "words"), [
    (27, 3, "3 of the 27 releases since D are not placed."),
    (2, 1, "1 of the 2 releases since D is not placed."),
    (5, 0, "Every release since D is placed (5)."),
    (27, 27, "No release since D is placed (27): too few usable tests of them are published."),
])  # fmt: skip
def test_releases_are_counted(released: int, unplaced: int, words: str) -> None:
    assert text.releases_sentence("D", released, unplaced) == words


def test_every_reason_and_domain_has_words() -> None:
    assert set(text.UNRANKED) == set(REASONS) and set(text.DOMAINS) == set(DOMAINS)
