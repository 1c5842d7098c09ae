"""The views' numbers, each worked out by hand from a small catalog and a few runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.analysis.index import capability_index, task_scores
from harness.store.reader import Reader
from tests.store.conftest import CATALOG, SUITE, make_catalog, make_run, publish_sources, reseal


def _set_vendor(folder: Path, vendor: str) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["model"]["vendor_id"] = vendor
    path.write_text(json.dumps(manifest), encoding="utf-8")


def _run_with_a_group(runs: Path, missing: Sequence[str] = ()) -> tuple[float, float]:
    """Seal a run with a group of two members, 0.9 on 10 items and 0.6 on 30, but without the tasks ``missing``.

    Returns the scores of its other two tasks, ``text`` and ``pick``.
    """
    members = [SUITE["tasks"][1] | {"task": f"part{i}", "group": "big"} for i in (1, 2)]
    folder = make_run(runs, 1, items=40, suite=SUITE | {"tasks": [*SUITE["tasks"], *members]})
    path = folder / "results.parquet"
    rows = pq.read_table(path).to_pylist()
    rows += [rows[1] | {"task": f"part{i}", "score": s, "n": n} for i, s, n in ((1, 0.9, 10), (2, 0.6, 30))]
    left = [r for r in rows if r["task"] not in missing]
    pq.write_table(pa.Table.from_pylist(left, schema=pq.read_schema(path)), path)
    reseal(folder)
    return rows[0]["score"], rows[1]["score"]


def test_the_leaderboard_shows_the_newest_valid_complete_run_of_each_kind(db: Path, runs: Path) -> None:
    shown = [
        make_run(runs, 2),  # newer than run 1
        make_run(runs, 5, dtype="bfloat16"),
        make_run(runs, 6, suite=SUITE | {"version": "2"}),
        make_run(runs, 7, origin="imported"),
        make_run(runs, 8, model="acme/two"),
        make_run(runs, 9, chat_template=True),  # newer than run 2, and another condition
    ]
    make_run(runs, 1)
    make_run(runs, 3, valid=False)
    make_run(runs, 4, partial=True)
    publish_sources(db, runs)
    reader = Reader(db)
    assert len(reader.sql("FROM run")) == 9
    assert set(reader.sql("SELECT run_id FROM leading_run")["run_id"]) == {p.name for p in shown}
    assert len(reader.sql("FROM leaderboard")) == 12


def test_scores_are_normalised_and_the_index_is_the_mean_over_kinds(db: Path, runs: Path) -> None:
    text, pick = _run_with_a_group(runs)
    publish_sources(db, runs)
    reader = Reader(db)
    normalised = reader.sql("SELECT task, normalised FROM leaderboard").set_index("task")["normalised"]
    assert normalised["text"] == pytest.approx(1 - text / 4)
    assert normalised["pick"] == pytest.approx((pick - 0.5) / 0.5)
    group = (10 * 0.8 + 30 * 0.2) / 40
    expected = np.mean([1 - text / 4, np.mean([max(0, (pick - 0.5) / 0.5), group])])
    index = reader.sql("FROM run_index").iloc[0]
    assert index["index"] == pytest.approx(expected)
    assert (index["kinds"], index["tasks"]) == (2, 3)


def test_a_run_that_lacks_a_member_of_a_group_has_no_index(db: Path, runs: Path) -> None:
    grouped = [
        SUITE["tasks"][0],
        SUITE["tasks"][1] | {"group": "big"},
        SUITE["tasks"][1] | {"task": "x", "group": "big"},
    ]
    publish_sources(db, [make_run(runs, 1, suite=SUITE | {"tasks": grouped})])
    reader = Reader(db)
    assert len(reader.sql("FROM leaderboard")) == 2 and reader.sql("FROM run_index").empty


@pytest.mark.parametrize("missing", [[], ["text"], ["pick"], ["part2"], ["part1", "part2"]])
def test_the_view_and_the_analysis_are_one_definition(db: Path, runs: Path, missing: list[str]) -> None:
    _run_with_a_group(runs, missing)
    publish_sources(db, runs)
    reader = Reader(db)
    task, result, run = (reader.sql(f"FROM {table}") for table in ("task", "result", "run"))
    computed = capability_index(task_scores(result, task, run), task)
    computed = computed[computed["kind"] == "overall"]
    seen = reader.sql("FROM run_index")
    assert len(seen) == len(computed) == (0 if missing else 1)
    assert seen["index"].tolist() == pytest.approx(computed["score"].tolist())


def test_list_price_is_the_makers_and_one_host_makes_no_median(market: Reader) -> None:
    (row,) = market.sql("FROM list_price").to_dict("records")
    assert (row["product_id"], row["provider_id"], row["basis"], row["hosts"]) == ("acme-one", "acme-api", "maker", 1)
    assert row["blended_per_mtok"] == row["maker_per_mtok"] == row["high_per_mtok"] == (3 * 1 + 3) / 4
    assert row["low_per_mtok"] == (3 * 0.5 + 4) / 4
    even = market.sql("SELECT blended_per_mtok FROM list_prices_at($r) WHERE sheet IS NULL", {"r": 1})
    assert even["blended_per_mtok"].tolist() == [2.0]


OPEN, CLOSED = "acme-one", "acme-two"


@pytest.mark.parametrize(
    ("offers", "basis", "price"),
    [
        # closed weights: the maker's standard tier, whoever asks less
        ([("acme-api", CLOSED, "standard", 8), ("router", CLOSED, "standard", 1)], "maker", 8),
        ([("acme-api", CLOSED, "fast", 8), ("acme-api", CLOSED, "standard", 6)], "maker", 6),
        ([("acme-api", CLOSED, "batch", 4), ("acme-api", CLOSED, "free", 0)], None, None),
        ([("acme-cn", CLOSED, "standard", 3), ("acme-api", CLOSED, "standard", 8)], "maker", 8),
        ([("acme-cn", CLOSED, "standard", 9), ("acme-api", CLOSED, "standard", 8)], "maker", 8),  # not the one inside China
        ([("acme-cn", CLOSED, "standard", 3)], "maker", 3),
        ([("h1", CLOSED, "standard", 1), ("h2", CLOSED, "standard", 2), ("h3", CLOSED, "standard", 3)], None, None),
        ([("cloud", CLOSED, "standard", 7)], "few", 7),
        # open weights: the median of three hosts or clouds, each once
        ([("h1", OPEN, "standard", 1), ("h2", OPEN, "standard", 2), ("h3", OPEN, "standard", 9)], "median", 2),
        ([("h1", OPEN, "standard", 1), ("h2", OPEN, "standard", 2), ("acme-api", OPEN, "standard", 9)], "maker", 9),
        ([("h1", OPEN, "standard", 1), ("h1-cn", OPEN, "standard", 5), ("h2", OPEN, "standard", 2)], "few", 1.5),
        ([(h, OPEN, "standard", p) for h, p in (("h1", 1), ("h2", 2), ("h3", 4), ("cloud", 6), ("acme-api", 9))], "median", 3),
        ([("reseller", OPEN, "standard", 1), ("plan", OPEN, "standard", 1), ("router", OPEN, "standard", 1)], None, None),
    ],
)  # fmt: skip
def test_whose_price_is_the_list_price(
    db: Path, tmp_path: Path, offers: list[tuple[str, str, str, float]], basis: str | None, price: float | None
) -> None:
    kinds = {"acme-api": ("Acme", "maker,acme"), "acme-cn": ("Acme (China)", "maker,acme"), "cloud": ("Cloud", "cloud,"),
             "router": ("Router", "router,"), "reseller": ("Reseller", "reseller,"), "plan": ("Plan", "plan,"),
             "h1": ("One", "host,"), "h1-cn": ("One (China)", "host,"), "h2": ("Two", "host,"), "h3": ("Three", "host,")}  # fmt: skip
    providers = [CATALOG["providers.csv"].splitlines()[0]]
    providers += [f"{id},{name},{kind},US,,2026-01-01,s1" for id, (name, kind) in kinds.items()]
    prices = [CATALOG["prices.csv"].splitlines()[0]]
    named = {"latest": ("two-latest", CLOSED), "h1/one": ("h1/one", OPEN)}
    for i, (who, model, tier, p) in enumerate(offers):
        offer, of = named.get(model, (f"o{i}", model))
        prices.append(f"{who},{offer},{of},{tier},token,USD,{p},{p},,,2026-01-01,s1")
    catalog = make_catalog(tmp_path / "catalog", providers="\n".join(providers) + "\n", prices="\n".join(prices) + "\n")
    publish_sources(db, catalog=catalog)
    found = Reader(db).sql("SELECT basis, blended_per_mtok FROM list_price")
    assert found.values.tolist() == ([] if basis is None else [[basis, pytest.approx(price)]])


def test_money_counts_at_the_rate_of_its_day_and_cached_input_at_its_price(db: Path, tmp_path: Path) -> None:
    head = CATALOG["prices.csv"].splitlines()[0]
    rows = f"{head}\nacme-api,one,acme-one,standard,token,CNY,10,20,2,,2026-01-10,s1\n"
    rates = (
        "currency,usd_per_unit,as_of,source_id\nCNY,0.1,2026-01-01,s1\nCNY,0.2,2026-01-10,s1\nCNY,0.4,2026-01-11,s1\n"
    )
    publish_sources(db, catalog=make_catalog(tmp_path / "catalog", prices=rows, fx=rates))
    reader = Reader(db)
    assert reader.sql("SELECT blended_per_mtok FROM list_price").iloc[0, 0] == pytest.approx(0.2 * (3 * 10 + 20) / 4)
    half = reader.sql("SELECT blended_per_mtok FROM list_prices_at(3, cached := 0.5) WHERE sheet IS NULL")
    assert half.iloc[0, 0] == pytest.approx(0.2 * (3 * (0.5 * 10 + 0.5 * 2) + 20) / 4)


def test_what_a_seller_no_longer_lists_and_old_prices_stay_out(db: Path, tmp_path: Path) -> None:
    head = CATALOG["prices.csv"].splitlines()[0]
    rows = [f"h{i},o,acme-one,standard,token,USD,{i},{i},,,{day},s1" for i, day in ((1, "2025-01-01"), (2, "2025-10-01"),
            (3, "2026-01-01"), (4, "2026-01-01"))]  # fmt: skip
    rows += ["h4,other,acme-two,standard,token,USD,1,1,,,2026-09-01,s1"]  # h4 sells others now, not this
    providers = [CATALOG["providers.csv"].splitlines()[0], *(f"h{i},H{i},host,,US,,2026-01-01,s1" for i in range(1, 5))]
    catalog = make_catalog(
        tmp_path / "catalog", providers="\n".join(providers) + "\n", prices="\n".join([head, *rows]) + "\n"
    )
    publish_sources(db, catalog=catalog)
    (row,) = Reader(db).sql("FROM list_price").to_dict("records")
    assert (row["basis"], row["hosts"], row["blended_per_mtok"]) == ("few", 2, 2.5)


@pytest.mark.parametrize(
    ("rows", "current"),
    [
        (["o,USD,1,1,2025-10-01,sheet-2025-10-01", "o,USD,2,2,2026-07-02,sheet-2026-07-02"], [2.0]),
        (
            ["o,USD,1,1,2025-10-01,sheet-2025-10-01", "o,USD,,,2026-07-02,sheet-2026-07-02"],
            [],
        ),  # listed, without a price
        (["o,USD,1,1,2025-10-01,sheet-2025-10-01", "x,USD,2,2,2026-07-02,sheet-2026-07-02"], [2.0]),  # no longer listed
        (["o,USD,1,1,2025-10-01,s1", "x,USD,2,2,2026-07-02,s1"], [1.0, 2.0]),  # no sheet: stands until replaced
    ],
)
def test_the_newest_row_of_an_offer_is_its_price(
    db: Path, tmp_path: Path, rows: list[str], current: list[float]
) -> None:
    heading = CATALOG["prices.csv"].splitlines()[0]
    lines = [",".join(["host", *_price_cells(row)]) for row in rows]
    sources = CATALOG["sources.csv"] + "".join(f"sheet-{day},Sheet,,,,\n" for day in ("2025-10-01", "2026-07-02"))
    folder = make_catalog(tmp_path / "catalog", prices="\n".join([heading, *lines]) + "\n", sources=sources)
    publish_sources(db, catalog=folder)
    shown = Reader(db).sql("FROM current_price ORDER BY output_per_mtok")
    assert shown["output_per_mtok"].tolist() == current


def _price_cells(row: str) -> list[str]:
    offer, currency, given, produced, day, source = row.split(",")
    return [offer, "acme-one", "standard", "token", currency, given, produced, "", "", day, source]


def test_price_history_names_the_price_before(market: Reader) -> None:
    history = market.sql("FROM price_history WHERE provider_id = 'acme-api' ORDER BY as_of")
    assert history["output_per_mtok"].tolist() == [6, 3]
    assert history["previous_output_per_mtok"].iloc[1] == 6 and np.isnan(history["previous_output_per_mtok"].iloc[0])


def test_reach_and_openness(market: Reader) -> None:
    reach = market.sql("SELECT vendor_id, providers, others, offers, models_served FROM vendor_reach ORDER BY 1")
    assert reach.values.tolist() == [["acme", 2, 1, 3, 1], ["bigco", 0, 0, 0, 0]]
    share = market.sql("SELECT vendor_id, models, known, open_models, share FROM open_share ORDER BY 1")
    assert share.values.tolist() == [["acme", 2, 2, 1, 0.5], ["bigco", 1, 1, 0, 0.0]]


def test_concentration_shares_sum_to_one(market: Reader) -> None:
    shares = market.sql("SELECT measure, sum(share) AS total FROM concentration GROUP BY measure ORDER BY measure")
    assert shares["measure"].tolist() == ["models", "offers", "open", "served"]
    assert shares["total"].tolist() == pytest.approx([1.0] * 4)
    models = market.sql("SELECT vendor_id, share FROM concentration WHERE measure = 'models' ORDER BY vendor_id")
    assert models["share"].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_measured_cost_of_sound_runs_on_known_gpus(db: Path, runs: Path, catalog: Path) -> None:
    sound = make_run(runs, 1)
    make_run(runs, 2, model="acme/resumed", perf={"complete": False, "tokens_per_s": 1.0})
    make_run(runs, 3, model="acme/cpu", hardware={"device_name": "Some CPU"})
    publish_sources(db, runs, catalog=catalog)
    cost = Reader(db).sql("FROM measured_cost")
    assert cost["run_id"].tolist() == [sound.name] and cost["gpu"].tolist() == ["H200"]  # not the shorter "H2"
    row = cost.iloc[0]
    assert row["per_mtok"] == pytest.approx(3.6 / (100 * 3600) * 1e6)
    correct = pq.read_table(sound / "results.parquet").to_pandas().query("task == 'pick'")["score"].iloc[0] * 4
    if correct:
        assert row["per_correct_answer"] == pytest.approx(3.6 * 36 / 3600 / correct)
    assert row["joules_per_ktok"] == pytest.approx(50 / 1000 * 1000)


def test_the_frontier_holds_what_nothing_beats(db: Path, runs: Path, tmp_path: Path) -> None:
    names = {"good": 5, "dear": 9, "cheap": 1, "reference": 0.1}
    for number, name in enumerate(names):
        folder = make_run(runs, number, model=f"acme/{name}")
        if name == "reference":
            _set_vendor(folder, "reference")
        path = folder / "results.parquet"
        rows = pq.read_table(path).to_pylist()
        rows[0]["score"], rows[1]["score"] = 2.0, {"good": 0.9, "dear": 0.8, "cheap": 0.6, "reference": 1.0}[name]
        pq.write_table(type(pq.read_table(path)).from_pylist(rows, schema=pq.read_schema(path)), path)
        reseal(folder)
    heading, model_row = CATALOG["models.csv"].splitlines()[:2]
    price_heading = CATALOG["prices.csv"].splitlines()[0]
    publish_sources(
        db,
        runs,
        catalog=make_catalog(
            tmp_path / "catalog",
            models="\n".join([heading, *(model_row.replace("acme-one", f"acme-{n}") for n in names)]) + "\n",
            prices="\n".join(
                [
                    price_heading,
                    *(f"host,{n},acme-{n},standard,token,USD,{p},{p},,,2026-01-01,s1" for n, p in names.items()),
                ]
            ),
            gpu_prices=CATALOG["gpu_prices.csv"].splitlines()[0] + "\n",
        ),
    )
    points = Reader(db).sql("SELECT model, usd_per_mtok, on_frontier FROM pareto ORDER BY usd_per_mtok")
    assert points["model"].tolist() == ["acme/cheap", "acme/good", "acme/dear"]  # no reference model
    assert points["on_frontier"].tolist() == [True, True, False]


def test_the_leaderboard_never_touches_the_outcomes(db: Path, runs: Path) -> None:
    """Its plan reads ``result`` and not ``outcome``, however many outcomes there are."""
    publish_sources(db, [make_run(runs, 0)])
    reader = Reader(db)
    text = "SELECT model, avg(normalised) AS score, count(*) AS n FROM leaderboard GROUP BY model ORDER BY score DESC"
    plan = "\n".join(reader.sql(f"EXPLAIN {text}")["explain_value"]).lower()
    assert "result" in plan and "outcome" not in plan
    touching = "\n".join(reader.sql("EXPLAIN SELECT sum(value) FROM outcome")["explain_value"]).lower()
    assert "outcome" in touching  # what the plan would have said
