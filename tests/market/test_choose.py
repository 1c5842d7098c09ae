"""Choosing a model on a small database: every condition passes, fails or cannot be said."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from harness.analysis.scale.fit import ScaleFit, fit_reported
from harness.errors import BadInput
from harness.market.choice import families as files
from harness.market.choice.choose import COLUMNS, LEAST_SHARE, best_value, choose
from harness.market.choice.evidence import evidence
from harness.market.choice.families import Family, WeightedTest
from harness.market.choice.wish import Wish
from harness.store.reader import Reader
from tests.market import published_scores as truth

CODE = Family("code", "Code", "代码", (WeightedTest("Code A", 3), WeightedTest("Code B", 1)), 3000, 1000, "made up", "杜撰", beside=("facts",),
              domain="coding_agents", language="zh")  # fmt: skip
PLAIN = replace(CODE, id="plain", language="")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    file = truth.build(tmp_path_factory.mktemp("choose") / "land.duckdb")
    day = "DATE '2026-07-02', 'market'"
    with duckdb.connect(str(file)) as con:
        con.execute("UPDATE benchmark SET language = 'zh' WHERE benchmark_id = 'facts'")
        con.execute("DELETE FROM reported_score WHERE benchmark_id = 'facts' AND model_id IN ('m12', 'm13')")
        con.execute(
            "INSERT INTO source BY NAME SELECT 'market' AS source_id, 'Market' AS title, 'https://example.org' AS url"
        )
        for model, values in {
            "m15": "licence = 'apache-2.0', open_weights = true, params_b = 32, context_tokens = 200000, input_modalities = 'text;image'",
            "m14": "licence = 'llama3', open_weights = true, params_b = 70, context_tokens = 8000, input_modalities = 'text'",
            "m13": "licence = NULL, open_weights = false, context_tokens = NULL, input_modalities = NULL",
            "m12": "licence = NULL, open_weights = true, params_b = NULL",
        }.items():  # fmt: skip
            con.execute(f"UPDATE model SET {values} WHERE model_id = '{model}'")
        con.execute(
            "INSERT INTO provider BY NAME SELECT 'acme' AS provider_id, 'Acme' AS name, 'maker' AS kind, 'acme' AS vendor_id"
        )
        for i, country in enumerate(("DE", "US", None, "FR")):
            con.execute("INSERT INTO provider BY NAME SELECT ? AS provider_id, ? AS name, 'host' AS kind, ? AS country",
                        [f"h{i}", f"Host {i}", country])  # fmt: skip
        offers = [("acme", "m13", 0.4, 1.2), ("acme", "m14", 0.1, 0.5), ("h2", "m12", 0.1, 0.1), *(
            (f"h{i}", "m15", 0.2 + 0.1 * i, 0.8 + 0.4 * i) for i in range(4))]  # fmt: skip
        for provider, model, cost_in, cost_out in offers:
            con.execute(
                "INSERT INTO price BY NAME SELECT ? AS provider_id, ? AS offer_id, ? AS model_id, 'standard' AS tier, 'token' AS per, "
                f"'USD' AS currency, ? AS input_per_mtok, ? AS output_per_mtok, {day.split(',')[0]} AS as_of, 'market' AS source_id",
                [provider, model, model, cost_in, cost_out],
            )
    return Reader(file)


@pytest.fixture(scope="module")
def fit(reader: Reader) -> ScaleFit:
    found = fit_reported(reader.frame("reported"))
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "families", lambda: {"code": CODE, "plain": PLAIN})


def chosen(reader: Reader, fit: ScaleFit | None, **conditions: object) -> pd.DataFrame:
    return choose(reader, fit, Wish(**{"task": "plain", **conditions})).set_index("product_id", drop=False)  # type: ignore[arg-type]


def test_the_known_come_by_suitability_with_their_margin(reader: Reader, fit: ScaleFit) -> None:
    rows = chosen(reader, fit)
    assert list(rows.columns) == COLUMNS
    known = rows[rows["standing"].eq("known")]
    assert set(truth.CAPABILITY) | {"agentic", "four"} >= set(known.index) >= set(truth.CAPABILITY)
    assert known["suitability"].is_monotonic_decreasing and known["share"].ge(LEAST_SHARE).all()
    scores = fit.scores.set_index(["model_id", "benchmark_id"])["score"]
    assert known.loc["m10", "suitability"] == pytest.approx((3 * scores["m10", "code-a"] + scores["m10", "code-b"]) / 4)
    assert known.iloc[0]["behind"] == 0 and known.iloc[0]["within_leader"] and not known.iloc[-1]["within_leader"]
    assert all(codes == () for codes in known["unknown"])
    general = rows[rows["standing"].eq("general")]
    assert len(general) and all("task" in codes for codes in general["unknown"])


def test_a_price_is_trusted_blended_and_dated(reader: Reader, fit: ScaleFit) -> None:
    rows = chosen(reader, fit, budget=1.0)
    assert rows.loc["m15", "price"] == pytest.approx((3 * 0.35 + 1.4) / 4)  # the median of four hosts, three to one
    assert (rows.loc["m15", "basis"], rows.loc["m15", "hosts"]) == ("median", 4)
    assert rows.loc["m15", "as_of"] == pd.Timestamp("2026-07-02") and rows.loc["m15", "url"] == "https://example.org"
    assert rows.loc["m15", "standing"] == rows.loc["m13", "standing"] == "known"
    # one host is no median, but an offer; what nobody sells has no price: it neither passes nor fails
    assert (rows.loc["m12", "standing"], rows.loc["m12", "basis"], rows.loc["m12", "hosts"]) == ("known", "host", 1)
    assert (rows.loc["m11", "standing"], rows.loc["m11", "unknown"]) == ("unsaid", ("price",))
    # above the budget at its list price, but one host keeps to it
    row = chosen(reader, fit, budget=0.5).loc["m15"]
    assert (row["price"], row["list_price"], row["basis"]) == (pytest.approx(0.35), pytest.approx(0.6125), "host")
    assert "m15" not in chosen(reader, fit, budget=0.3).index
    assert chosen(reader, fit, budget=0.5, ratio=0).index.isin(["m14"]).any()
    assert "m14" not in chosen(reader, fit, budget=0.4, ratio=0).index


def test_a_task_costs_its_typical_tokens_at_list_price(reader: Reader, fit: ScaleFit) -> None:
    row = chosen(reader, fit, budget_per_task=0.01).loc["m13"]
    assert (row["task_basis"], row["task_cost"]) == ("estimated", pytest.approx((3000 * 0.4 + 1000 * 1.2) / 1e6))
    assert "m13" not in chosen(reader, fit, budget_per_task=0.002).index


@pytest.mark.parametrize(
    ("conditions", "passes", "fails", "unsaid"),
    [
        ({"open_weights": True}, ["m15", "m14", "m12"], ["m13"], []),
        ({"licence": "permissive"}, ["m15"], ["m14", "m13"], ["m12"]),
        ({"context": 128_000}, ["m15"], ["m14"], ["m13", "m12"]),
        ({"modalities": ("image",)}, ["m15"], ["m14"], ["m13"]),
        ({"memory": 80.0}, ["m15"], ["m14", "m13"], ["m12"]),
        ({"memory": 80.0, "bits": 4}, ["m15", "m14"], ["m13"], ["m12"]),
        ({"countries": ("fr",)}, ["m15", "m13"], [], []),
        ({"countries": ("CN",)}, [], ["m15", "m13"], []),
        ({"hosts": ("FR",)}, ["m15", "m13"], [], ["m12"]),
        ({"hosts": ("CN",)}, [], ["m13"], ["m15", "m12", "m11"]),
        ({"since": truth.NEWEST}, ["m15"], ["m14"], []),
        ({"language": "zh"}, ["m15", "m14"], [], ["m13", "m12"]),
    ],
)
def test_a_condition_passes_fails_or_cannot_be_said(
    reader: Reader, fit: ScaleFit, conditions: dict[str, object], passes: list[str], fails: list[str], unsaid: list[str]
) -> None:
    rows = chosen(reader, fit, **conditions)
    standing = rows["standing"].to_dict()
    assert {m: standing.get(m) for m in passes} == dict.fromkeys(passes, "known")
    assert {m: standing.get(m) for m in unsaid} == dict.fromkeys(unsaid, "unsaid")
    assert not set(fails) & set(rows.index)


def test_a_task_brings_its_language(reader: Reader, fit: ScaleFit) -> None:
    rows = chosen(reader, fit, task="code")
    assert rows.loc["m15", "in_language"] == 1 and rows.loc["m12", "unknown"] == ("language",)


def test_without_a_scale_nobody_is_known(reader: Reader) -> None:
    rows = chosen(reader, None)
    assert set(rows["standing"]) == {"general"} and rows["suitability"].isna().all()


def test_of_the_level_the_cheapest_is_best_value() -> None:
    rows = pd.DataFrame(
        [("a", True, 3.0), ("b", True, 1.0), ("c", False, 0.1), ("d", True, None)],
        columns=["product_id", "within_leader", "price"],
    )
    found = best_value(rows)
    assert found is not None and found["product_id"] == "b"
    assert best_value(rows[rows["price"].isna()]) is None


def test_evidence_names_what_enters_the_mean_and_what_stands_beside(reader: Reader, fit: ScaleFit) -> None:
    rows = evidence(reader, fit, CODE)
    own = rows[rows["product_id"].eq("m15")].set_index("benchmark_id")
    assert own.loc["code-a", "weight"] == 3 and own.loc["code-b", "weight"] == 1
    assert own.loc["facts", ["weight", "test"]].isna().all() and own.loc["facts", "language"] == "zh"
    assert not rows.duplicated(["product_id", "benchmark_id"]).any()


def test_conditions_that_nobody_can_meet_are_all_named() -> None:
    with pytest.raises(BadInput) as error:
        Wish(
            "plain", budget=-1, licence="free", language="fr", bits=3, modalities=("smell",), countries=("France",)
        ).checked()
    assert len(error.value.problems) == 6
    with pytest.raises(BadInput, match="no kind of task"):
        Wish("cooking").checked()


def test_a_wish_survives_its_document() -> None:
    wish = Wish("code", budget=0.5, countries=("CN", "US"), since=dt.date(2026, 1, 1), memory=80.0)
    assert Wish.from_json(wish.to_json()) == wish
    assert wish.to_json().keys() == {"task", "budget", "countries", "since", "memory"}
    for bad in ({}, {"task": "code", "budget": "much"}, {"task": "code", "colour": "red"}, {"task": "code", "since": "soon"},
                {"task": "code", "countries": [1]}):  # fmt: skip
        with pytest.raises(BadInput):
            Wish.from_json(bad)
