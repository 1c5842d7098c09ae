"""The positioning index: normalisation, aggregation, coverage, uncertainty and the way back to facts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from harness.analysis.companies import inputs as declarations
from harness.analysis.companies import positioning as p
from harness.errors import BadInput

FEW = p.Choices(min_vendors=3, min_coverage=0.0)


def _inputs(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["vendor_id", "dimension", "input", "value"])
    return frame.assign(source_id=[f"s{i}" for i in range(len(frame))])


def _market(vendors: int = 12, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    level = rng.normal(size=vendors)
    rows = []
    for declared in declarations.INPUTS:
        noise = level + rng.normal(0, 0.6, vendors)
        for i in range(vendors):
            if rng.random() < 0.85:
                value = 10 ** (3 + noise[i]) if declared.log else 1 / (1 + math.exp(-noise[i]))
                rows.append((f"v{i:02d}", declared.dimension, declared.key, value))
    return _inputs(rows)


def _three() -> pd.DataFrame:
    """Three vendors: a is rich and does no research, b is even, c is third in both."""
    money = [(v, "capital", "revenue", x) for v, x in zip("abc", (1e9, 1e7, 1e6), strict=True)]
    research = [(v, "rnd", "transparency_index", x) for v, x in zip("abc", (1.0, 90.0, 20.0), strict=True)]
    return _inputs(money + research)


def _score(how: str, name: str) -> dict[str, float]:
    choices = p.Choices(normalisation=how, min_vendors=3, min_coverage=0.0)
    found = p.normalised_inputs(_three(), choices=choices)
    return found[found["input"] == name].set_index("vendor_id")["score"].to_dict()


def test_normalisations_by_hand() -> None:
    assert _score("percentile", "revenue") == pytest.approx({"a": 5 / 6, "b": 3 / 6, "c": 1 / 6})
    assert _score("min-max", "revenue") == pytest.approx({"a": 1.0, "b": 1 / 3, "c": 0.0})  # money on the log scale
    assert _score("min-max", "transparency_index")["c"] == pytest.approx(19 / 89)
    z = scipy.stats.zscore([9.0, 7.0, 6.0])
    assert list(_score("z-score", "revenue").values()) == pytest.approx(list(scipy.stats.norm.cdf(z)))


def test_cheaper_is_better_and_log_scaled_inputs_drop_what_is_not_positive() -> None:
    rows = [(v, "business", "median_list_price", x) for v, x in zip("abcd", (1.0, 10.0, 100.0, 0.0), strict=True)]
    found = p.normalised_inputs(_inputs(rows), choices=FEW).set_index("vendor_id")
    assert "d" not in found.index and found.loc["a", "score"] > found.loc["c", "score"]


def test_ties_share_and_constants_say_nothing() -> None:
    rows = [(v, "rnd", "transparency_index", 5.0) for v in "abc"]
    assert p.normalised_inputs(_inputs(rows), choices=FEW)["score"].to_list() == [0.5] * 3
    rows[0] = ("a", "rnd", "transparency_index", 6.0)
    assert p.normalised_inputs(_inputs(rows), choices=FEW)["score"].to_list() == pytest.approx([5 / 6, 1 / 3, 1 / 3])


def test_arithmetic_and_geometric_totals_by_hand() -> None:
    arithmetic = p.position(_three(), choices=FEW).set_index("vendor_id")
    assert arithmetic["total"].to_dict() == pytest.approx({"a": 0.5, "b": 2 / 3, "c": 1 / 3})
    assert arithmetic["rank"].to_dict() == {"b": 1, "a": 2, "c": 3}
    geometric = p.position(_three(), choices=p.Choices(aggregation="geometric", min_vendors=3, min_coverage=0))
    totals = geometric.set_index("vendor_id")["total"]
    assert totals["a"] == pytest.approx(math.sqrt(5 / 6 * 1 / 6))  # capital does not buy off a lack of research
    assert totals["b"] == pytest.approx(math.sqrt(3 / 6 * 5 / 6))


def test_the_readers_weights_rerank() -> None:
    rich = p.position(_three(), choices=p.Choices(weights=(("capital", 1.0),), min_vendors=3, min_coverage=0))
    assert rich["vendor_id"].to_list() == ["a", "b", "c"]
    scaled = p.position(_three(), choices=p.Choices(weights=(("capital", 7.0),), min_vendors=3, min_coverage=0))
    assert scaled["total"].to_list() == pytest.approx(rich["total"].to_list())


def test_a_missing_input_is_missing_never_zero() -> None:
    inputs = pd.concat([_three(), _inputs([("d", "rnd", "transparency_index", 95.0)])])
    found = p.position(inputs, choices=FEW).set_index("vendor_id")
    assert math.isnan(found.loc["d", "capital"])
    assert found.loc["d", "total"] == found.loc["d", "rnd"] == 1 - 1 / 8
    assert found.loc["d", "coverage"] == 0.5
    strict = p.position(inputs, choices=p.Choices(min_vendors=3, min_coverage=0.6)).set_index("vendor_id")
    assert not strict.loc["d", "ranked"] and math.isnan(strict.loc["d", "rank"]) and strict.loc["b", "rank"] == 1


def test_an_input_of_few_vendors_ranks_nobody() -> None:
    found = p.normalised_inputs(_three())
    assert not found["ranks"].any()
    shown = p.position(_three())
    assert len(shown) == 3 and not shown["ranked"].any() and shown["total"].isna().all()


def test_another_unit_or_an_undeclared_input_ranks_nobody() -> None:
    units = _three().assign(unit=["USD", "USD", "CNY", "points", "points", "points"])
    found = p.normalised_inputs(units, choices=p.Choices(min_vendors=2))
    assert found[found["input"] == "revenue"]["vendor_id"].to_list() == ["a", "b"]
    other = p.normalised_inputs(_inputs([(v, "capital", "new thing", 1.0) for v in "abc"]), choices=FEW)
    assert not other["ranks"].any()


def test_bad_choices_are_refused() -> None:
    for wrong in (
        {"normalisation": "rank"},
        {"aggregation": "median"},
        {"weights": (("rnd", -1.0),)},
        {"weights": (("rnd", 0.0),)},
    ):
        with pytest.raises(BadInput):
            p.Choices(**wrong)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="nobody"):
        p.what_if(_three(), "nobody", "revenue", 1.0)


def test_monte_carlo_intervals_hold_the_rank_and_are_seeded() -> None:
    inputs = _market()
    one, two = p.monte_carlo(inputs, seed=1, draws=60), p.monte_carlo(inputs, seed=1, draws=60)
    assert one.equals(two)
    assert (one["low"] <= one["median_rank"]).all() and (one["median_rank"] <= one["high"]).all()
    assert one["first"].sum() >= 1
    assert (one["high"] - one["low"]).max() > 0
    assert p.monte_carlo(_three(), seed=1).empty


def test_a_vendor_best_in_everything_is_first_whatever_the_choices() -> None:
    inputs = _market()
    up = inputs["vendor_id"] == "v00"
    down = inputs["input"] == "median_list_price"
    best = inputs.assign(value=inputs["value"].mask(up & ~down, 1e12).mask(up & down, 1e-9))
    found = p.monte_carlo(best, seed=2, draws=60).set_index("vendor_id")
    assert found.loc["v00", "first"] == 1.0 and found.loc["v00", "high"] == 1


def test_variance_shares_find_the_only_choice_that_matters() -> None:
    """Two vendors trade places with the weight between capital and research only."""
    rows = []
    for i in range(12):
        rows.append((f"v{i:02d}", "capital", "revenue", 10.0 ** (i + 1)))
        rows.append((f"v{i:02d}", "rnd", "transparency_index", 50.0 - i))
    found = p.variance_shares(_inputs(rows), seed=1, samples=64).set_index("choice")
    assert set(found.index) == {
        "normalisation",
        "aggregation",
        "input left out",
        *(f"weight of {d}" for d in p.DIMENSIONS),
    }
    assert found.loc["weight of ecosystem", "total"] == pytest.approx(0, abs=1e-9)
    assert found.loc[["weight of capital", "weight of rnd", "input left out"], "total"].sum() > 0.9
    assert p.variance_shares(_three(), seed=1).empty


def test_leaving_an_input_out() -> None:
    found = p.drop_input(_three(), choices=FEW).set_index(["input", "vendor_id"])
    assert (
        found.loc[("transparency_index", "a"), "rank"] == 1
        and found.loc[("transparency_index", "a"), "rank_change"] == -1
    )
    assert p.drop_input(_three()).empty


def test_what_if_one_fact_changes() -> None:
    found = p.what_if(_three(), "a", "transparency_index", 99.0, choices=FEW).set_index("vendor_id")
    assert (found.loc["a", "rank"], found.loc["a", "rank_before"]) == (1, 2)


def test_coherence_names_an_input_that_runs_against_its_dimension() -> None:
    rows = []
    for i in range(12):
        rows += [
            (f"v{i:02d}", "capital", n, 10.0 ** (i + j))
            for j, n in enumerate(("revenue", "valuation", "funding_total"))
        ]
        rows.append((f"v{i:02d}", "capital", "compute_spend", 10.0 ** (20 - i)))
    found = p.coherence(_inputs(rows)).set_index("input")
    assert found.loc["compute_spend", "against"] and found.loc["compute_spend", "with_dimension"] == pytest.approx(-1)
    assert not found.loc["revenue", "against"] and found.loc["revenue", "vendors"] == 12
    assert math.isnan(p.coherence(_inputs(rows[:2])).iloc[0]["with_dimension"])


def test_map_of_chosen_axes_and_of_components() -> None:
    positions = p.position(_market())
    chosen = p.map_2d(positions, axes=("capital", "rnd"))
    assert chosen.points.set_index("vendor_id")["x"].to_dict() == positions.set_index("vendor_id")["capital"].to_dict()
    components = p.map_2d(positions)
    values = positions[list(p.DIMENSIONS)].to_numpy(dtype=float)
    eigen = np.sort(np.linalg.eigvalsh(np.corrcoef(values.T)))[::-1]
    assert components.explained == pytest.approx(tuple(eigen[:2] / eigen.sum()))
    assert components.loadings["dimension"].to_list() == list(p.DIMENSIONS)
    assert np.hypot.reduce(components.loadings["x"]) == pytest.approx(1.0)
    assert np.corrcoef(components.points["x"], components.points["y"])[0, 1] == pytest.approx(0, abs=1e-9)
    assert p.map_2d(p.position(_three())).points.empty


def test_strengths_and_weaknesses_lead_back_to_their_source() -> None:
    found = p.strengths(_three(), choices=FEW)
    a = found[found["who"] == "a"].set_index("side")
    assert a.loc["strength", "input"] == "revenue" and a.loc["weakness", "input"] == "transparency_index"
    assert a.loc["strength", "source_id"] == "s0" and a.loc["strength", "value"] == 1e9
    assert found.loc[found["who"] == "c", "input"].to_list() == ["revenue"]  # its other score is the middle
    grouped = p.strengths(_three(), groups={"a": "x", "c": "x"}, choices=FEW)
    assert set(grouped["who"]) == {"x"} and set(grouped["vendors"]) == {2}


def test_nothing_in_nothing_out() -> None:
    none = _three().iloc[:0]
    assert p.position(none).empty and p.normalised_inputs(none).empty
    assert p.monte_carlo(none, seed=1).empty and p.coherence(none).empty
    assert p.position(_three().assign(value=np.nan), choices=FEW).empty


def test_relabelling_vendors_changes_nothing() -> None:
    inputs = _market()
    one = p.position(inputs)
    two = p.position(inputs.sample(frac=1, random_state=1).assign(vendor_id=lambda f: "z" + f["vendor_id"]))
    assert ("z" + one["vendor_id"]).to_list() == two["vendor_id"].to_list()
    assert one["total"].to_list() == pytest.approx(two["total"].to_list())


def test_every_input_belongs_to_a_dimension_with_a_reason() -> None:
    assert {declared.dimension for declared in declarations.INPUTS} == set(p.DIMENSIONS)
    assert all(declared.why for declared in declarations.INPUTS) and len(declarations.BY_KEY) == len(
        declarations.INPUTS
    )
    assert declarations.declared("measured_index:core-en", "rnd").higher_is_better
    assert declarations.declared("new thing", "capital").why == "not declared"
