"""The positioning index: normalisation, aggregation, coverage, uncertainty and the way back to facts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from harness.analysis.companies import inputs as declarations
from harness.analysis.companies import positioning as p
from harness.analysis.companies.components import map_2d
from harness.analysis.companies.imputation import fit_copula
from harness.analysis.companies.rank_intervals import FIXED, OVERALL, dimension_ranks, monte_carlo
from harness.analysis.companies.rank_variance import imputed_ranks, variance_shares
from harness.analysis.companies.robustness import coherence, drop_input, what_if
from harness.analysis.companies.scores import Choices, input_table, normalised_inputs
from harness.analysis.companies.strengths import largest_losses, strengths
from harness.catalog.schema import DIMENSIONS
from harness.errors import BadInput

FEW = Choices(min_vendors=3, min_coverage=0.0)


def _inputs(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["vendor_id", "dimension", "input", "value"])
    return frame.assign(source_id=[f"s{i}" for i in range(len(frame))])


def _market(vendors: int = 12, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    level = rng.normal(size=vendors)
    rows = []
    for declared in (row for row in declarations.INPUTS if row.ranks):
        noise = level + rng.normal(0, 0.6, vendors)
        for i in range(vendors):
            if rng.random() < 0.85:
                value = 10 ** (3 + noise[i]) if declared.scale != "linear" else 1 / (1 + math.exp(-noise[i]))
                rows.append((f"v{i:02d}", declared.dimension, declared.key, value))
    return _inputs(rows)


def _three() -> pd.DataFrame:
    """Three vendors: a is rich and does no research, b is even, c is third in both."""
    money = [(v, "capital", "revenue", x) for v, x in zip("abc", (1e9, 1e7, 1e6), strict=True)]
    research = [(v, "rnd", "capability", x) for v, x in zip("abc", (1.0, 90.0, 20.0), strict=True)]
    return _inputs(money + research)


def _score(how: str, name: str) -> dict[str, float]:
    choices = Choices(normalisation=how, min_vendors=3, min_coverage=0.0)
    found = normalised_inputs(_three(), choices=choices)
    return found[found["input"] == name].set_index("vendor_id")["score"].to_dict()


def test_normalisations_by_hand() -> None:
    assert _score("percentile", "revenue") == pytest.approx({"a": 5 / 6, "b": 3 / 6, "c": 1 / 6})
    assert _score("min-max", "revenue") == pytest.approx({"a": 1.0, "b": 1 / 3, "c": 0.0})  # money on the log scale
    assert _score("min-max", "capability")["c"] == pytest.approx(19 / 89)
    z = scipy.stats.zscore([9.0, 7.0, 6.0])
    assert list(_score("z-score", "revenue").values()) == pytest.approx(list(scipy.stats.norm.cdf(z)))


def test_cheaper_is_better_and_log_scaled_inputs_drop_what_is_not_positive() -> None:
    rows = [(v, "business", "price_position", x) for v, x in zip("abcd", (1.0, 10.0, 100.0, 0.0), strict=True)]
    found = normalised_inputs(_inputs(rows), choices=FEW).set_index("vendor_id")
    assert "d" not in found.index and found.loc["a", "score"] > found.loc["c", "score"]


def test_ties_share_and_constants_say_nothing() -> None:
    rows = [(v, "rnd", "capability", 5.0) for v in "abc"]
    assert normalised_inputs(_inputs(rows), choices=FEW)["score"].to_list() == [0.5] * 3
    rows[0] = ("a", "rnd", "capability", 6.0)
    assert normalised_inputs(_inputs(rows), choices=FEW)["score"].to_list() == pytest.approx([5 / 6, 1 / 3, 1 / 3])


def test_arithmetic_and_geometric_totals_by_hand() -> None:
    arithmetic = p.position(_three(), choices=FEW).set_index("vendor_id")
    assert arithmetic["total"].to_dict() == pytest.approx({"a": 0.5, "b": 2 / 3, "c": 1 / 3})
    assert arithmetic["rank"].to_dict() == {"b": 1, "a": 2, "c": 3}
    geometric = p.position(_three(), choices=Choices(aggregation="geometric", min_vendors=3, min_coverage=0))
    totals = geometric.set_index("vendor_id")["total"]
    assert totals["a"] == pytest.approx(math.sqrt(5 / 6 * 1 / 6))  # capital does not buy off a lack of research
    assert totals["b"] == pytest.approx(math.sqrt(3 / 6 * 5 / 6))


def test_the_readers_weights_rerank() -> None:
    rich = p.position(_three(), choices=Choices(weights=(("capital", 1.0),), min_vendors=3, min_coverage=0))
    assert rich["vendor_id"].to_list() == ["a", "b", "c"]
    scaled = p.position(_three(), choices=Choices(weights=(("capital", 7.0),), min_vendors=3, min_coverage=0))
    assert scaled["total"].to_list() == pytest.approx(rich["total"].to_list())


def test_a_missing_input_is_missing_never_zero() -> None:
    inputs = pd.concat([_three(), _inputs([("d", "rnd", "capability", 95.0)])])
    found = p.position(inputs, choices=FEW).set_index("vendor_id")
    assert math.isnan(found.loc["d", "capital"])
    assert found.loc["d", "total"] == found.loc["d", "rnd"] == 1 - 1 / 8
    assert found.loc["d", "coverage"] == 0.5


def test_who_has_less_than_half_of_a_dimensions_inputs_is_not_placed_on_it() -> None:
    names = ("valuation", "revenue", "rnd_spend", "funds_raised")
    rows = [(v, "capital", n, 10.0 ** (i + 3)) for i, v in enumerate("abc") for n in names]
    rows += [("half", "capital", n, 1e9) for n in names[:2]] + [("less", "capital", names[0], 1e12)]
    found = p.position(_inputs(rows), choices=Choices(min_vendors=3)).set_index("vendor_id")
    assert found.loc["half", "ranked"] and found.loc["half", "rank"] == 1
    assert math.isnan(found.loc["less", "capital"]) and not found.loc["less", "ranked"]
    lacks = p.missing_inputs(normalised_inputs(_inputs(rows), choices=Choices(min_vendors=3)), "less")
    assert lacks["input"].to_list() == sorted(names[1:])


def test_a_rank_needs_all_dimensions_that_place_anybody_but_one() -> None:
    fields = {"capital": "revenue", "rnd": "capability", "ecosystem": "hosts", "business": "channels"}
    rows = [(v, d, n, float(i + 1)) for i, v in enumerate("abc") for d, n in fields.items()]
    rows += [("three", d, n, 9.0) for d, n in list(fields.items())[:3]]
    rows += [("two", d, n, 9.0) for d, n in list(fields.items())[:2]]
    found = p.position(_inputs(rows), choices=Choices(min_vendors=3)).set_index("vendor_id")
    assert found["ranked"].to_dict() == {"three": True, "c": True, "b": True, "a": True, "two": False}


def test_an_input_of_few_vendors_ranks_nobody() -> None:
    found = normalised_inputs(_three())
    assert not found["ranks"].any()
    shown = p.position(_three())
    assert len(shown) == 3 and not shown["ranked"].any() and shown["total"].isna().all()


def test_what_is_only_shown_too_old_or_not_declared_ranks_nobody() -> None:
    shown = normalised_inputs(
        _inputs([(v, "rnd", "citations", x) for v, x in zip("abc", (1.0, 2, 3), strict=True)]), choices=FEW
    )
    other = normalised_inputs(_inputs([(v, "capital", "new thing", 1.0) for v in "abc"]), choices=FEW)
    assert not shown["ranks"].any() and not other["ranks"].any()
    old = _inputs([(v, "capital", "revenue", x) for v, x in zip("abcd", (1e3, 1e4, 1e5, 1e9), strict=True)])
    found = normalised_inputs(old.assign(too_old=[False, False, False, True]), choices=FEW).set_index("vendor_id")
    assert found["ranks"].to_dict() == {"a": True, "b": True, "c": True, "d": False}
    assert found.loc["c", "score"] == pytest.approx(5 / 6)  # among three: the old value moves nobody


def test_a_count_of_none_has_a_place_and_money_of_none_has_not() -> None:
    rows = [(v, "ecosystem", "hosts", x) for v, x in zip("abc", (0.0, 9.0, 99.0), strict=True)]
    found = normalised_inputs(_inputs(rows), choices=Choices(normalisation="min-max", min_vendors=3))
    assert found["score"].to_list() == pytest.approx([0.0, 0.5, 1.0])  # log of one more: 0, 1, 2
    none = normalised_inputs(_inputs([(v, "capital", "revenue", 0.0) for v in "abc"]), choices=FEW)
    assert none.empty


def test_bad_choices_are_refused() -> None:
    for wrong in (
        {"normalisation": "rank"},
        {"aggregation": "median"},
        {"weights": (("rnd", -1.0),)},
        {"weights": (("rnd", 0.0),)},
    ):
        with pytest.raises(BadInput):
            Choices(**wrong)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="nobody"):
        what_if(_three(), "nobody", "revenue", 1.0)


def test_monte_carlo_intervals_hold_the_rank_and_are_seeded() -> None:
    inputs = _market()
    one, two = monte_carlo(inputs, seed=1, draws=60), monte_carlo(inputs, seed=1, draws=60)
    assert one.equals(two)
    assert (one["low"] <= one["rank"]).all() and (one["rank"] <= one["high"]).all()
    assert one["first"].sum() >= 1
    assert (one["high"] - one["low"]).max() > 0
    assert monte_carlo(_three(), seed=1).empty


def test_a_dimension_without_weight_moves_no_interval() -> None:
    """Capital alone has weight: the intervals are those of a market without any other input."""
    inputs = _market()
    alone = Choices(weights=(("capital", 1.0),))
    found = monte_carlo(inputs, seed=3, draws=60, choices=alone).set_index("vendor_id")
    assert (found["low"] <= found["rank"]).all() and (found["rank"] <= found["high"]).all()
    shuffled = inputs["dimension"].ne("capital")
    rng = np.random.default_rng(5)
    other = inputs.assign(value=inputs["value"].mask(shuffled, pd.Series(rng.random(len(inputs)), inputs.index)))
    again = monte_carlo(other, seed=3, draws=60, choices=alone).set_index("vendor_id")
    complete = inputs[~shuffled].groupby("vendor_id").size().eq(inputs.loc[~shuffled, "input"].nunique())
    names = [v for v in found.index if complete.get(v, False)]  # the others' missing capital is drawn from all inputs
    assert len(names) >= 3
    assert (found.loc[names, "median_rank"] - again.loc[names, "median_rank"]).abs().max() <= 1


def test_a_vendor_best_in_everything_is_first_whatever_the_choices() -> None:
    inputs = _market()
    up = inputs["vendor_id"] == "v00"
    down = inputs["input"] == "price_position"
    best = inputs.assign(value=inputs["value"].mask(up & ~down, 1e12).mask(up & down, 1e-9))
    found = monte_carlo(best, seed=2, draws=60).set_index("vendor_id")
    assert found.loc["v00", "first"] == 1.0 and found.loc["v00", "high"] == 1


def test_variance_shares_find_the_only_choice_that_matters() -> None:
    """Vendors trade places with the weights of capital and research only; nothing is missing, old or uncertain."""
    rows = []
    for i in range(12):
        rows.append((f"v{i:02d}", "capital", "revenue", 10.0 ** (i + 1)))
        rows.append((f"v{i:02d}", "rnd", "capability", 50.0 - i))
    found = variance_shares(_inputs(rows), seed=1, samples=64).set_index("choice")
    assert set(found.index) == {*FIXED, "input left out", *(f"weight of {d}" for d in DIMENSIONS)}
    nothing = ["weight of ecosystem", "input left out", "missing inputs", "age of facts", "chance"]
    assert found.loc[nothing, "total"].to_list() == pytest.approx([0] * 5, abs=1e-9)
    moved, rest = ["weight of capital", "weight of rnd"], ["normalisation", "aggregation"]
    assert found.loc[moved, "total"].sum() > 0.7 > found.loc[rest, "total"].sum()
    assert variance_shares(_three(), seed=1).empty


def test_places_on_each_dimension_are_those_of_the_scores() -> None:
    inputs = _market()
    base = p.position(inputs).set_index("vendor_id")
    rows = dimension_ranks(inputs, seed=1, draws=40)
    assert set(rows["dimension"]) == {*DIMENSIONS, OVERALL} and len(rows) == 6 * len(base)
    for name, part in rows.groupby("dimension"):
        own = part.set_index("vendor_id")
        score = base["total"].where(base["ranked"]) if name == OVERALL else base[str(name)]
        assert own["score"].to_dict() == pytest.approx(score.astype(float).reindex(own.index).to_dict(), nan_ok=True)
        placed = own[own["placed"].astype(bool)]
        expected = (-placed["score"]).rank(method="min")
        assert placed["rank"].to_list() == expected.to_list()
        assert (placed["rank_low"] <= placed["rank_high"]).all() and placed["rank_low"].min() >= 1
    assert dimension_ranks(_three(), seed=1).empty


def test_an_uncertain_capability_widens_the_interval_and_a_certain_one_does_not() -> None:
    rows = [(f"v{i:02d}", "rnd", "capability", 100.0 + i) for i in range(12)]
    sure = dimension_ranks(_inputs(rows).assign(stderr=0.0), seed=1, draws=60)
    unsure = dimension_ranks(_inputs(rows).assign(stderr=5.0), seed=1, draws=60)
    width = [(r["rank_high"] - r["rank_low"]).max() for r in (sure, unsure)]
    assert width[0] == 0 and width[1] > 3


def test_facts_too_old_for_a_draw_count_as_missing() -> None:
    """Only v11 has an old, very high revenue: its rank moves with the limit on age, nobody else's interval opens as far."""
    rows = [(f"v{i:02d}", "capital", n, 10.0 ** (i + 3)) for i in range(11) for n in ("revenue", "valuation")]
    rows += [("v11", "capital", "revenue", 1e20), ("v11", "capital", "valuation", 1e2)]
    inputs = _inputs(rows).assign(origin="fact", as_of=["2026-06-30"] * 22 + ["2022-06-30", "2026-06-30"])
    found = dimension_ranks(inputs, seed=1, draws=80)
    own = found[found["dimension"] == "capital"].set_index("vendor_id")
    assert own.loc["v11", "rank_high"] == 12 and own.loc["v11", "rank_low"] < 8


def test_a_drawn_value_lies_where_the_known_ones_do() -> None:
    """Under min–max an input with one giant has low scores; whoever lacks it must not get the middle of 0 to 1 for that."""
    rng = np.random.default_rng(1)
    rows = [(f"v{i:02d}", "rnd", "capability", 100.0 + rng.normal()) for i in range(30)]
    rows += [(f"v{i:02d}", "application", "modalities", 1000.0 if i == 0 else rng.random()) for i in range(20)]
    table = input_table(_inputs(rows))
    filled = fit_copula(table.values).draw(table.values, rng, np.ones(30, dtype=bool))
    scores = table.scores(filled, "min-max")[:, list(table.inputs).index("modalities")]
    assert not np.isnan(filled).any() and np.median(scores[20:]) < 0.05


def test_a_groups_figure_has_the_groups_score_and_counts_once() -> None:
    own = [(f"v{i:02d}", "capital", "revenue", 10.0 ** (i + 1)) for i in range(11)]
    taken = _inputs([*own, ("child", "capital", "revenue", 1e11)]).assign(group_id=[None] * 11 + ["v10"])
    alone = normalised_inputs(_inputs(own)).set_index("vendor_id")["score"]
    found = normalised_inputs(taken).set_index("vendor_id")
    assert found["score"].drop("child").to_dict() == pytest.approx(alone.to_dict())
    assert found.loc["child", "score"] == alone["v10"] and (found["vendors"] == 11).all() and found["ranks"].all()
    places = p.position(taken).set_index("vendor_id")
    assert places.loc["child", "capital"] == places.loc["v10", "capital"] and places.loc["child", "coverage"] == 1


def test_imputation_follows_what_the_other_inputs_say() -> None:
    """Revenue, value and spending run together; who lacks one is drawn near its others, with an interval."""
    names = ("revenue", "valuation", "rnd_spend")
    rows = [(f"v{i:02d}", "capital", n, 10.0 ** (i / 2 + 3)) for i in range(24) for n in names]
    rows = [r for r in rows if r[:3] not in {("v20", "capital", "revenue"), ("v03", "capital", "valuation")}]
    found = imputed_ranks(_inputs(rows), seed=1, draws=60).set_index("vendor_id")
    assert (found["imputed"] - found["rank"]).abs().max() <= 3
    assert found.loc["v20", "imputed"] < 9 < 16 < found.loc["v03", "imputed"]
    assert found.loc["v20", "high"] > found.loc["v20", "low"]
    complete = imputed_ranks(_market().groupby("input").filter(lambda g: len(g) == 12), seed=1, draws=5)
    assert (complete["imputed"] == complete["rank"]).all() and (complete["low"] == complete["high"]).all()


def test_the_costliest_input_is_the_one_that_would_lift_the_total_most() -> None:
    inputs = _market()
    base = p.position(inputs).set_index("vendor_id")
    found = largest_losses(inputs).set_index("vendor_id")
    table, scores = input_table(inputs), normalised_inputs(inputs)
    for vendor in base.index[base["ranked"]][:4]:
        gains = {}
        for name in table.inputs:
            dimension = next(r.dimension for r in declarations.INPUTS if r.key == name)
            scores = normalised_inputs(inputs)
            own = scores[scores["ranks"] & (scores["vendor_id"] == vendor) & (scores["dimension"] == dimension)]
            if name in set(own["input"]) and not math.isnan(base.loc[vendor, dimension]):
                lifted = own["score"].where(own["input"] != name, 1.0).mean()
                gains[name] = (lifted - own["score"].mean()) / base.loc[vendor, list(DIMENSIONS)].notna().sum()
        assert found.loc[vendor, "loss"] == pytest.approx(max(gains.values()))
        assert gains[found.loc[vendor, "input"]] == pytest.approx(max(gains.values()))


def test_leaving_an_input_out() -> None:
    found = drop_input(_three(), choices=FEW).set_index(["input", "vendor_id"])
    assert found.loc[("capability", "a"), "rank"] == 1 and found.loc[("capability", "a"), "rank_change"] == -1
    assert drop_input(_three()).empty


def test_what_if_one_fact_changes() -> None:
    found = what_if(_three(), "a", "capability", 99.0, choices=FEW).set_index("vendor_id")
    assert (found.loc["a", "rank"], found.loc["a", "rank_before"]) == (1, 2)


def test_coherence_names_an_input_that_runs_against_its_dimension() -> None:
    rows = []
    for i in range(12):
        rows += [
            (f"v{i:02d}", "capital", n, 10.0 ** (i + j)) for j, n in enumerate(("revenue", "valuation", "funds_raised"))
        ]
        rows.append((f"v{i:02d}", "capital", "compute_spend", 10.0 ** (20 - i)))
    found = coherence(_inputs(rows)).set_index("input")
    assert found.loc["compute_spend", "against"] and found.loc["compute_spend", "with_dimension"] == pytest.approx(-1)
    assert not found.loc["revenue", "against"] and found.loc["revenue", "vendors"] == 12
    assert math.isnan(coherence(_inputs(rows[:2])).iloc[0]["with_dimension"])


def test_map_of_chosen_axes_and_of_components() -> None:
    positions = p.position(_market())
    chosen = map_2d(positions, axes=("capital", "rnd"))
    assert chosen.points.set_index("vendor_id")["x"].to_dict() == positions.set_index("vendor_id")["capital"].to_dict()
    components = map_2d(positions)
    values = positions[list(DIMENSIONS)].to_numpy(dtype=float)
    eigen = np.sort(np.linalg.eigvalsh(np.corrcoef(values.T)))[::-1]
    assert components.explained == pytest.approx(tuple(eigen[:2] / eigen.sum()))
    assert components.loadings["dimension"].to_list() == list(DIMENSIONS)
    assert np.hypot.reduce(components.loadings["x"]) == pytest.approx(1.0)
    assert np.corrcoef(components.points["x"], components.points["y"])[0, 1] == pytest.approx(0, abs=1e-9)
    assert map_2d(p.position(_three())).points.empty


def test_strengths_and_weaknesses_lead_back_to_their_source() -> None:
    found = strengths(_three(), choices=FEW)
    a = found[found["who"] == "a"].set_index("side")
    assert a.loc["strength", "input"] == "revenue" and a.loc["weakness", "input"] == "capability"
    assert a.loc["strength", "source_id"] == "s0" and a.loc["strength", "value"] == 1e9
    assert found.loc[found["who"] == "c", "input"].to_list() == ["revenue"]  # its other score is the middle


def test_a_group_is_strong_where_three_of_its_vendors_have_a_figure_of_their_own() -> None:
    groups = {f"v{i}": "x" if i < 5 else "y" for i in range(12)}
    rows = [(v, "revenue", 1e9 * (12 - i), None) for i, v in enumerate(groups)]
    rows += [(v, "capex", 1e9 * (12 - i), None if i in (0, 1) or i > 4 else "v0") for i, v in enumerate(groups)]
    inputs = pd.DataFrame(rows, columns=["vendor_id", "input", "value", "group_id"]).assign(
        dimension="capital", unit="USD", origin="fact", as_of="2025-01-01", source_id="s"
    )
    found = strengths(inputs, groups=groups, choices=FEW)
    assert sorted(found[["who", "side", "input", "vendors"]].values.tolist()) == [
        ["x", "strength", "revenue", 5],  # capex is known of two of its vendors; the others have their group's
        ["y", "weakness", "capex", 7],
        ["y", "weakness", "revenue", 7],
    ]


def test_nothing_in_nothing_out() -> None:
    none = _three().iloc[:0]
    assert p.position(none).empty and normalised_inputs(none).empty
    assert monte_carlo(none, seed=1).empty and coherence(none).empty
    assert p.position(_three().assign(value=np.nan), choices=FEW).empty


def test_relabelling_vendors_changes_nothing() -> None:
    inputs = _market()
    one = p.position(inputs)
    two = p.position(inputs.sample(frac=1, random_state=1).assign(vendor_id=lambda f: "z" + f["vendor_id"]))
    assert ("z" + one["vendor_id"]).to_list() == two["vendor_id"].to_list()
    assert one["total"].to_list() == pytest.approx(two["total"].to_list())


def test_every_input_belongs_to_a_dimension_with_a_reason() -> None:
    assert {declared.dimension for declared in declarations.INPUTS} == set(DIMENSIONS)
    assert all(declared.why_en and declared.why_zh for declared in declarations.INPUTS) and len(
        declarations.BY_KEY
    ) == len(declarations.INPUTS)
    assert declarations.declared("measured_index:core-en", "rnd").higher_is_better
    assert not declarations.declared("new thing", "capital").declared


def test_a_wrong_table_of_inputs_is_refused_with_all_its_problems() -> None:
    text = '[funds]\ndimension = "money"\nname = { en = "Funds" }\norigin = "fact"\nscale = "cubic"\ncolour = 1\n'
    with pytest.raises(BadInput) as refused:
        declarations.read_inputs(text)
    for said in (
        "dimension is one of",
        "name needs a text en and a text zh",
        "scale is one of",
        "unknown field colour",
    ):
        assert said in str(refused.value)
