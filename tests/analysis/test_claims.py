"""Claims about two groups of vendors: planted truths are found, differences are those of Mann and Whitney, history is kept."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from harness.analysis.companies.claims import claims as k
from harness.analysis.companies.claims.claim_list import CLAIMS, TOPICS, Claim
from harness.analysis.companies.claims.claim_measures import claim_measures
from harness.analysis.companies.claims.group_difference import can_tell, percentile_difference, typical_ratio
from harness.errors import BadInput

GROUPS = {
    "big-tech": {f"b{i}" for i in range(10)},
    "startup": {f"s{i}" for i in range(10)},
    "cn": set(),
    "world": set(),
}


def _rows(**inputs: dict[str, float]) -> pd.DataFrame:
    """Values by input and vendor, none too old, none of a group."""
    rows = [(vendor, name, value) for name, values in inputs.items() for vendor, value in values.items()]
    frame = pd.DataFrame(rows, columns=["vendor_id", "input", "value"])
    return frame.assign(group_id=None, too_old=False, as_of="2026-01-01", source_id="s1")


def _claim(**fields: object) -> Claim:
    settings = {"first": "big-tech", "second": "startup", "inputs": ("revenue",)} | fields
    return Claim("one", "One", "一", "capital", **settings)  # type: ignore[arg-type]


def _verdict(rows: pd.DataFrame, **fields: object) -> str:
    (row,) = k.claims(rows, GROUPS, seed=1, tested=[_claim(**fields)]).to_dict("records")
    return str(row["verdict"])


def _both(big: float, small: float, n: int = 10) -> dict[str, float]:
    """Values around ``big`` and ``small``, each vendor's a little higher than the one's before."""
    return {f"b{i}": big + i / 100 for i in range(n)} | {f"s{i}": small + i / 100 for i in range(n)}


def test_the_difference_is_that_of_mann_and_whitney() -> None:
    rng = np.random.default_rng(3)
    mine, theirs = rng.integers(0, 9, 40).astype(float), rng.integers(2, 11, 50).astype(float)
    first = np.arange(90) < 40
    difference, low, high = percentile_difference(np.concatenate([mine, theirs])[:, None], first, seed=1, draws=4000)
    share = scipy.stats.mannwhitneyu(mine, theirs).statistic / (40 * 50)
    assert difference == pytest.approx(share - 0.5)
    ranks = scipy.stats.rankdata(np.concatenate([mine, theirs])) / 90
    assert difference == pytest.approx(ranks[first].mean() - ranks[~first].mean())
    above = np.sign(mine[:, None] - theirs[None, :]) / 2  # DeLong, DeLong and Clarke-Pearson (1988)
    error = math.sqrt(above.mean(axis=1).var(ddof=1) / 40 + above.mean(axis=0).var(ddof=1) / 50)
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_inputs_weigh_the_same_however_many_vendors_have_them() -> None:
    values = np.full((12, 2), np.nan)
    values[:, 0] = [*range(6, 12), *range(6)]  # all of the first group above
    values[[0, 1, 2, 6, 7, 8], 1] = [1, 2, 3, 4, 5, 6]  # all of the first group below
    difference, low, high = percentile_difference(values, np.arange(12) < 6, seed=1)
    assert difference == pytest.approx(0.0) and low == pytest.approx(0.0) and high == pytest.approx(0.0)
    values[2, 1] = np.nan  # two of the first group left: the input is not counted
    assert percentile_difference(values, np.arange(12) < 6, seed=1)[0] == pytest.approx(0.5)


def test_planted_truths_get_their_verdicts() -> None:
    assert _verdict(_rows(revenue=_both(9, 1))) == "borne out"
    assert _verdict(_rows(revenue=_both(1, 9))) == "contradicted"
    assert _verdict(_rows(revenue=_both(1, 9)), less=True) == "borne out"
    assert _verdict(_rows(revenue=_both(5, 5))) == "undecided"
    assert _verdict(_rows(revenue=_both(9, 1, n=2))) == "not measurable"
    assert _verdict(_rows(valuation=_both(9, 1))) == "not measurable"
    assert _verdict(_rows(revenue=_both(9, 1, n=3))) == "undecided"  # 1 in 10 by chance


def test_only_takes_one_counterexample() -> None:
    lone = {f"b{i}": 1.0 for i in range(10)} | {f"s{i}": 0.0 for i in range(10)}
    assert _verdict(_rows(at_frontier=lone), inputs=("at_frontier",), only=True) == "borne out"
    lone["s3"] = 1.0
    assert _verdict(_rows(at_frontier=lone), inputs=("at_frontier",)) == "borne out"
    assert _verdict(_rows(at_frontier=lone), inputs=("at_frontier",), only=True) == "contradicted"


def test_old_figures_and_those_of_a_group_do_not_count() -> None:
    rows = _rows(revenue=_both(9, 1))
    assert _verdict(rows.assign(too_old=rows["vendor_id"].str.startswith("b"))) == "not measurable"
    assert (
        _verdict(rows.assign(group_id=np.where(rows["vendor_id"].str.startswith("s"), "g", None))) == "not measurable"
    )


def test_groups_too_small_to_tell() -> None:
    assert [can_tell(3, 3), can_tell(3, 4), can_tell(3, 5), can_tell(4, 4)] == [False, False, True, True]


def test_ratios_and_differences_by_hand() -> None:
    three, one = np.array([3.0, 3, 3, 3]), np.array([1.0, 1, 1])
    assert typical_ratio(three, one, unit="USD", seed=1) == (3.0, 3.0, 3.0)
    assert typical_ratio(three, one, unit="points", seed=1) == (2.0, 2.0, 2.0)
    assert typical_ratio(np.array([0, 0, 1.0, 1]), np.zeros(3), unit="fraction", seed=1)[0] == 0.5
    assert all(math.isnan(x) for x in typical_ratio(three, 0 * one, unit="hosts", seed=1))
    assert all(math.isnan(x) for x in typical_ratio(three, one[:2], unit="USD", seed=1))
    (row,) = k.effects(_rows(revenue=_both(8, 2)), GROUPS, seed=1, tested=[_claim()]).to_dict("records")
    assert (row["first"], row["second"]) == (pytest.approx(8.045), pytest.approx(2.045))
    assert row["effect"] == pytest.approx(8.045 / 2.045) and row["ratio"] and row["n_first"] == 10


def test_borderline_vendors_change_sides_only_where_named() -> None:
    vendors = pd.DataFrame(
        {"vendor_id": ["a", "b", "c"], "segment": ["big-tech", "startup", "lab"],
         "segment_borderline": ["startup", None, None], "country": ["CN", "US", None]}
    )  # fmt: skip
    assert k.members(vendors) == {"big-tech": {"a"}, "startup": {"b"}, "cn": {"a"}, "world": {"b"}}
    assert k.members(vendors, ["a", "b"]) == {"big-tech": set(), "startup": {"a", "b"}, "cn": {"a"}, "world": {"b"}}


def test_a_verdict_counts_since_its_last_change() -> None:
    days = pd.to_datetime(["2024-06-30", "2024-12-31", "2025-06-30", "2025-12-31"])
    told = {"steady": "xxxx", "new": "yyyx", "back": "xyxx"}
    rows = pd.DataFrame([(d, c, v) for c, text in told.items() for d, v in zip(days, text, strict=True)])
    rows.columns = pd.Index(["day", "claim", "verdict"])
    since = k.since(rows.sample(frac=1, random_state=1))
    assert since.dt.strftime("%Y-%m").to_dict() == {"steady": "2024-06", "new": "2025-12", "back": "2025-06"}


def test_the_sign_of_an_interval_is_its_verdict() -> None:
    ends = [(0.1, 0.2), (-0.2, -0.1), (-0.1, 0.1), (math.nan, math.nan)]
    assert [k.interval_verdict(*pair) for pair in ends] == list(k.VERDICTS)


def test_releases_per_head_need_both_numbers() -> None:
    rows = _rows(
        releases_per_year={"b1": 6.0, "b2": 4.0}, staff={"b1": 3000.0, "s1": 50.0}, researchers={"b2": 500.0}
    )  # fmt: skip
    board = pd.DataFrame(
        {"vendor_id": [*"xyyz"] + ["x"] * 8, "score": np.arange(12.0)[::-1], "model": [*"ABCDEFGHIJKL"]}
    )
    found = claim_measures(
        rows, pd.DataFrame(columns=["vendor_id", "input", "value"]), board.assign(released="2026-01-01")
    )
    values = {(r["input"], r["vendor_id"]): r["value"] for r in found.to_dict("records")}
    assert values == {
        ("releases_per_employee", "b1"): 2.0, ("releases_per_researcher", "b2"): 8.0,
        ("at_frontier", "x"): 1.0, ("at_frontier", "y"): 1.0, ("at_frontier", "z"): 1.0,
    }  # fmt: skip
    late = board.assign(vendor_id=["x"] * 10 + ["y", "z"], released=["2026-01-01"] * 11 + ["2022-01-01"])
    found = claim_measures(rows.iloc[:0], found.iloc[:0], late).set_index("vendor_id")
    assert found["value"].to_dict() == {"x": 1.0, "y": 0.0} and found.loc["y", "note"] == "K"  # z stopped years ago


def test_the_shipped_claims_cover_every_topic() -> None:
    assert {claim.topic for claim in CLAIMS} == set(TOPICS)
    assert all(bool(c.inputs) + bool(c.likeness) + bool(c.unknown_en) == 1 for c in CLAIMS)


def test_all_faults_of_a_list_are_named_at_once() -> None:
    text = '[a]\ntext = { en = "A" }\ntopic = "sport"\nfirst = "cn"\nsecond = "cn"\ninputs = ["luck"]\nless = 1\nmore = 2\n'
    with pytest.raises(BadInput) as caught:
        Claim.read(text)
    for part in ("text needs", "topic is one of", "luck is no input", "first and second", "less is true", "field more"):
        assert part in str(caught.value)
