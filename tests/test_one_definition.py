"""What two places show comes from one definition: SQL beside Python, site beside report, command beside page.

On the shipped catalog and on the seeded database of the site's tests.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import math
import re
import statistics
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from harness import metrics, names, places
from harness.__main__ import run
from harness.analysis import opportunities
from harness.analysis.companies import inputs
from harness.analysis.cost.frontier import pareto
from harness.catalog.importers import leaderboards, models_dev_scores
from harness.catalog.schema import DIMENSIONS, SEGMENTS
from harness.catalog.tables import benchmark_units
from harness.catalog.vocabulary import FACTS_BY_KEY
from harness.charts import palette
from harness.charts.text import input_label, p_value
from harness.engine import naming
from harness.errors import BadInput
from harness.i18n.translator import LANGUAGES, Translator
from harness.interchange import formats
from harness.interchange.foreign.owners import owner
from harness.interchange.imported_run import ReportedScore, Unit
from harness.interchange.readers import leaderboard_csv
from harness.market.prices.list_prices import list_prices, market_prices, offers
from harness.market.prices.price_changes import price_changes
from harness.market.prices.self_hosted import self_hosted
from harness.reports.build import build
from harness.reports.document import Report, Section, Table
from harness.reports.selection import Choices
from harness.store import sql
from harness.store.reader import Reader
from harness.store.rebuild import rebuild
from harness.suites import extra_metrics
from tests.market import two_models
from tests.site import conftest as site_tests
from tests.site import fixture_db
from tests.site.conftest import Open, texts

filled, site = site_tests.filled, site_tests.site
CATALOG = places.asset("data/catalog")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the shipped catalog alone."""
    path = tmp_path_factory.mktemp("shipped") / "landscape.duckdb"
    rebuild(path, CATALOG, path.parent / "public", path.parent / "runs")
    return path


@pytest.fixture
def seeded(filled: Path) -> Reader:
    """The seeded database of the site's tests."""
    return Reader(filled / "land.duckdb")


def _rows(name: str) -> list[dict[str, str]]:
    with (CATALOG / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The seeded database of the site's tests, with its run folders beside it."""
    folder: Path = tmp_path_factory.mktemp("one")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    return Reader(folder / "land.duckdb")


# ---- leading runs, head to head ------------------------------------------------------------------------------------

DIFFERENCE = ["task", "model_a", "model_b", "difference", "low", "high", "p_adjusted"]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``land.duckdb``: the seeded database and two models on a suite of twenty tasks."""
    folder = tmp_path_factory.mktemp("wide")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    two_models.add(folder / "land.duckdb")
    return folder


def test_page_command_and_report_compare_two_models_alike(
    wide: Path, site: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    at = site(wide, "head_to_head", models=list(two_models.MODELS), view="pairs")
    assert at.selectbox(key="suite").options[0].startswith("Wide")
    page = next(element.value for element in at.dataframe if "model_a" in element.value)
    page = page.rename(columns={"task_name": "task"})
    assert run(["compare", *two_models.MODELS, "--json"]) == 0
    command = json.loads(capsys.readouterr().out)
    assert [row["task"] for row in command["left_out"]] == [two_models.OTHER_SHOTS]
    expected = pd.DataFrame(command["tasks"])
    turned = expected["task"] == two_models.BITS  # less is better: the command shows the metric's own difference
    low, high = expected["low"].where(~turned, -expected["high"]), expected["high"].where(~turned, -expected["low"])
    expected = expected.assign(
        difference=expected["difference"].where(~turned, -expected["difference"]), low=low, high=high
    )
    report = build(Reader(wide / "land.duckdb"), Choices(models=two_models.MODELS), "en", "abc", lambda _, __: None)
    section = next(s for s in report.sections if s.key == "head_to_head")
    rows = _tables(report)["pairs"]
    expected = expected.assign(
        p_text=expected["p_adjusted"].map(p_value)
    )  # the page rounds what small values would not tell
    for shown, columns in ((page, [*DIFFERENCE[:-1], "p_text"]), (rows, DIFFERENCE)):
        shown = shown[shown["task"].isin(two_models.TASKS)]
        joined = shown[columns].merge(expected[columns], on=columns[:3], how="outer", suffixes=("", "_command"))
        assert len(joined) == len(two_models.TASKS) - 1
        for column in columns[3:]:
            if column == "p_text":
                assert joined[column].tolist() == joined[f"{column}_command"].tolist()
                continue
            assert joined[column].to_numpy(float) == pytest.approx(joined[f"{column}_command"].to_numpy(float))
    for said in (texts(at), " ".join(s.text for s in section.sentences)):
        assert two_models.OTHER_SHOTS in said.replace("\\", "")


def test_page_and_command_take_the_leading_runs_of_the_view(tmp_path: Path) -> None:
    """A sampled, a limited, an invalid and an older run stand for nobody; of two sealed at once, the later id does."""
    from harness.commands.compare import choose

    fixture_db.build(tmp_path / "land.duckdb", tmp_path / "runs")
    with duckdb.connect(str(tmp_path / "land.duckdb")) as con:
        one, other = con.execute(
            "SELECT run_id, model FROM leading_run WHERE origin = 'measured' ORDER BY 1"
        ).fetchall()[:2]
        for name, change in (
            ("z-sample", "10 AS item_sample, sealed + INTERVAL 1 DAY AS sealed"),
            ("z-limit", "10 AS item_limit, sealed + INTERVAL 1 DAY AS sealed"),
            ("z-invalid", "false AS valid, sealed + INTERVAL 1 DAY AS sealed"),
            ("z-older", "sealed - INTERVAL 1 DAY AS sealed"),
            ("y-same", "sealed AS sealed"),
        ):
            for table, changes in (("run", f"'{name}' AS run_id, {change}"), ("outcome", f"'{name}' AS run_id")):
                con.execute(
                    f"INSERT INTO {table} SELECT * REPLACE ({changes}) FROM {table} WHERE run_id = $1", [one[0]]
                )
    reader = Reader(tmp_path / "land.duckdb")
    leading = set(reader.sql("SELECT run_id FROM leading_run")["run_id"])
    assert "y-same" in leading and not leading & {one[0], "z-sample", "z-limit", "z-invalid", "z-older"}
    assert set(reader.frame("leading_runs")["run_id"]) == leading
    chosen = choose(reader.frame("compare_runs"), reader.frame("models"), [one[1], other[1]], None)
    assert set(chosen["run_id"]) == {"y-same", other[0]}


# ---- the capability scale ------------------------------------------------------------------------------------------


def test_the_site_and_the_report_rank_the_same_models_on_the_scale(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.reports.data import Material
    from harness.site.capability import scale
    from harness.site.server import view

    monkeypatch.setenv("LANDSCAPE_DB", str(reader.path))
    shown = scale.board(view.in_language(Translator("en")))
    reported = Material(reader, Choices()).scale
    assert len(shown) > 5
    pd.testing.assert_frame_equal(shown.drop(columns="ranks"), reported)


def test_the_trend_and_the_lines_over_time_name_the_same_records(reader: Reader) -> None:
    from harness.analysis.scale.fit import fit_reported, redrawn
    from harness.analysis.scale.trend import frontier_trend, records, records_of_each
    from harness.market.scale_board import scale_board

    fit = fit_reported(reader.frame("reported"))
    assert fit is not None
    board = scale_board(reader, fit).rename(columns={"score": "points"})
    best = records(board)
    assert len(best) >= 3
    assert frontier_trend(board, redrawn(fit, seed=1, draws=20)).iloc[0]["records"] == len(best)
    together = records_of_each(board.assign(everybody="all"), "everybody")
    assert list(together["model_id"]) == list(best["model_id"])
    assert set(best["model_id"]) <= set(records_of_each(board, "vendor_id")["model_id"])


# ---- prices, GPUs, measured cost -----------------------------------------------------------------------------------


def _current() -> dict[tuple[str, str], dict[str, str]]:
    """Current offers of the shipped catalog in plain Python: newest row, still on its sheet, matched, both prices known, per token."""
    offers: dict[tuple[str, str], dict[str, str]] = {}
    sheets: dict[str, str] = {}
    for row in sorted(_rows("prices.csv"), key=lambda r: r["as_of"]):
        offers[row["provider_id"], row["offer_id"]] = row
        sheets[row["source_id"][:-11]] = row["as_of"]
    dated = {source["source_id"] for source in _rows("sources.csv") if source["source_id"][-10:-6].isdigit()}
    return {
        key: row
        for key, row in offers.items()
        if row["model_id"] and row["input_per_mtok"] and row["output_per_mtok"]
        and row["per"] == "token" and row["tier"] != "plan"
        and (row["source_id"] not in dated or sheets[row["source_id"][:-11]] == row["as_of"])
    }  # fmt: skip


def test_a_current_price_is_the_newest_row_of_an_offer(shipped: Path) -> None:
    expected = {key: (float(r["input_per_mtok"]), float(r["output_per_mtok"])) for key, r in _current().items()}
    rows = Reader(shipped).sql("FROM current_price")
    keys = zip(rows["provider_id"], rows["offer_id"], strict=True)
    prices = zip(rows["input_per_mtok"], rows["output_per_mtok"], strict=True)
    assert dict(zip(keys, prices, strict=True)) == expected
    assert (
        len(expected) > 5000 and ("vercel", "mistral/mistral-embed") not in expected
    )  # its newest sheet gives no price


def _plain_list_prices() -> dict[str, tuple[str, float]]:
    """Basis and list price of each product of the shipped catalog, in plain Python: what docs/methodology.md says."""
    models = {row["model_id"]: row for row in _rows("models.csv")}
    providers = {row["provider_id"]: row for row in _rows("providers.csv")}
    vendors = {row["vendor_id"]: row for row in _rows("vendors.csv")}
    rates: dict[str, list[tuple[str, float]]] = {}
    for row in sorted(_rows("fx.csv"), key=lambda r: r["as_of"]):
        rates.setdefault(row["currency"], []).append((row["as_of"], float(row["usd_per_unit"])))
    paid, newest = [], dict[str, str]()
    for row in _current().values():
        product = models[models[row["model_id"]]["product_id"]]
        given, made = float(row["input_per_mtok"]), float(row["output_per_mtok"])
        known = [rate for day, rate in rates.get(row["currency"], []) if day <= row["as_of"]]
        rate = 1.0 if row["currency"] == "USD" else known[-1] if known else None
        if product["kind"] not in ("text", "multimodal") or given + made == 0 or rate is None:
            continue
        paid.append((row, product, rate * (3 * given + made) / 4))
        newest[row["provider_id"]] = max(newest.get(row["provider_id"], ""), row["as_of"])
    last_year = dt.date.fromisoformat(max(newest.values())).replace(year=int(max(newest.values())[:4]) - 1).isoformat()
    passed_on = {p for p, row in providers.items() if row["kind"] in ("host", "router") and p not in vendors}
    shops: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = {}
    for row, product, price in paid:
        provider = providers[row["provider_id"]]
        own = {product["vendor_id"], vendors.get(product["vendor_id"], {}).get("parent_id")} - {"", None}
        opened, kind = product["open_weights"] == "true", provider["kind"]
        if row["tier"] != "standard" or _half_a_year_older(row["as_of"], newest[row["provider_id"]]):
            continue
        if (
            row["as_of"] <= last_year
            or "/" in row["offer_id"]
            and row["offer_id"].split("/")[0] in passed_on - {row["provider_id"]}
        ):
            continue
        if row["offer_id"].endswith("-latest") and not product["model_id"].endswith("-latest"):
            continue
        if kind in ("maker", "cloud") and provider["vendor_id"] in own:
            seller, name = "maker", row["provider_id"]
        elif kind == "cloud" or (opened and kind in ("host", "maker")):
            seller, name = "host", (provider["name"] or row["provider_id"]).split(" (")[0]
        else:
            continue
        offer = (
            row["as_of"],
            row["model_id"] == product["model_id"],
            -price,
            row["provider_id"],
            kind == "maker",
            price,
        )
        shop = shops.setdefault((product["model_id"], seller), {})
        shop[name] = max(shop.get(name, offer), offer, key=lambda o: o[:3])
    found = {}
    for product_id in {product for product, _ in shops}:
        makers, hosts = (_fresh(shops.get((product_id, seller), {})) for seller in ("maker", "host"))
        prices = [offer[-1] for offer in hosts]
        if models[product_id]["open_weights"] == "true" and len(hosts) >= 3:
            found[product_id] = ("median", statistics.median(prices))
        elif makers:
            found[product_id] = ("maker", max(makers, key=lambda o: (o[4], not o[3].endswith("-cn"), o[-1]))[-1])
        else:
            found[product_id] = ("median" if len(hosts) >= 3 else "few", statistics.median(prices))
    return found


def _half_a_year_older(day: str, than: str) -> bool:
    return dt.date.fromisoformat(day) <= dt.date.fromisoformat(than) - dt.timedelta(days=183)


def _fresh(shop: dict[str, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    newest = max((offer[0] for offer in shop.values()), default="")
    return [offer for offer in shop.values() if not _half_a_year_older(offer[0], newest)]


def test_list_prices_are_what_the_methodology_says(shipped: Path) -> None:
    expected = _plain_list_prices()
    rows = list_prices(Reader(shipped)).set_index("product_id")
    assert len(expected) > 300 and {basis for basis, _ in expected.values()} == {"maker", "median", "few"}
    assert rows["basis"].to_dict() == {product: basis for product, (basis, _) in expected.items()}
    assert rows["blended_per_mtok"].to_dict() == pytest.approx(
        {product: price for product, (_, price) in expected.items()}
    )


def test_positioning_takes_the_list_prices(shipped: Path) -> None:
    reader = Reader(shipped)
    listed = list_prices(reader)
    inputs = reader.sql("SELECT vendor_id, value FROM vendor_position WHERE input = 'median_list_price'")
    medians = listed[listed["segment"] != "reference"].groupby("vendor_id")["blended_per_mtok"].median()
    assert len(inputs) > 30 and inputs.set_index("vendor_id")["value"].to_dict() == pytest.approx(medians.to_dict())


def test_no_price_that_leads_is_a_resellers_or_below_half_of_the_list(shipped: Path) -> None:
    reader = Reader(shipped)
    sold = offers(reader)
    assert {"router", "reseller"} <= set(sold["provider_kind"]) and sold["below_half"].any() and sold["stale"].any()
    for market in ("list", "cheapest", "any"):
        leading = market_prices(reader, market)
        leading = leading[leading["leads"]]
        assert len(leading) > 100 and set(leading["provider_kind"]) <= {"maker", "cloud", "host"}
        assert set(leading["tier"]) == {"standard"}
    cheapest = market_prices(reader, "cheapest").set_index("product_id")["blended_per_mtok"]
    anybody = market_prices(reader, "any").set_index("product_id")["blended_per_mtok"]
    assert (anybody.loc[cheapest.index] <= cheapest).all() and (anybody.loc[cheapest.index] < cheapest).any()


GPUS = {
    "NVIDIA A100-SXM4-80GB": {"A100 SXM4 80 GB"},
    "NVIDIA A100-SXM4-40GB": {"A100 SXM4 40 GB"},
    "NVIDIA A100-PCIE-40GB": {"A100 PCIe"},
    "NVIDIA A100 80GB PCIe": {"A100 PCIe"},
    "NVIDIA A100-SXM4-80GB MIG 1g.10gb": set(),
    "NVIDIA L40S": {"L40S"},
    "NVIDIA L40": {"L40"},
    "NVIDIA L4": {"L4"},
    "NVIDIA H100 80GB HBM3": {"H100 SXM5 80GB"},
    "NVIDIA H100 PCIe": {"H100 PCIe"},
    "NVIDIA H100 NVL": {"H100 NVL"},
    "NVIDIA H200": {"H200 SXM"},
    "NVIDIA H200 NVL": set(),
    "NVIDIA GH200 480GB": set(),
    "NVIDIA B200": set(),
    "NVIDIA GeForce RTX 4090": {"GeForce RTX 4090"},
    "NVIDIA GeForce RTX 4090 Laptop GPU": set(),
    "NVIDIA GeForce RTX 3080 Ti": {"RTX 3080 Ti"},
    "NVIDIA RTX 6000 Ada Generation": {"RTX 6000 Ada Generation"},
    "Quadro RTX 6000": set(),
    "NVIDIA RTX A6000": {"A6000"},
    "Tesla T4": {"T4"},
    "Tesla V100-SXM2-16GB": {"Tesla V100 SXM2 16 GB"},
    "Tesla V100-SXM2-32GB": {"V100"},
    "NVIDIA A10": {"A10"},
    "NVIDIA A10G": {"A10G"},
    "NVIDIA A40": {"A40"},
    "AMD Instinct MI300X": set(),
    "AMD EPYC 7763 64-Core Processor": set(),
}
"""What drivers call devices, and the shipped price list's names for the same GPU."""


def test_a_run_is_priced_at_the_gpu_that_it_used(shipped: Path, tmp_path: Path) -> None:
    path = tmp_path / "landscape.duckdb"
    path.write_bytes(shipped.read_bytes())
    with duckdb.connect(str(path)) as con:
        for number, device in enumerate(GPUS):
            con.execute("INSERT INTO perf (run_id, complete, device_name) VALUES (?, true, ?)", [str(number), device])
        names = con.execute("SELECT device_name, list(DISTINCT gpu) FROM gpu_offer GROUP BY 1").fetchall()
        sizes = con.execute(
            "SELECT DISTINCT memory_gb FROM gpu_offer WHERE device_name LIKE '%V100-SXM2-32GB'"
        ).fetchall()
    assert {device: set(gpus) for device, gpus in names} == {device: gpus for device, gpus in GPUS.items() if gpus}
    assert set(sizes) == {(32.0,), (None,)}  # no card of 16 GB


def test_self_hosted_costs_are_those_of_the_view(seeded: Reader) -> None:
    view = seeded.sql(
        "SELECT run_id, median(per_mtok) AS p, min(per_mtok) AS a, max(per_mtok) AS b FROM measured_cost GROUP BY 1"
    )
    costs = self_hosted(seeded).set_index("run_id").loc[view["run_id"], ["per_mtok", "low", "high"]]
    assert len(view) > 5 and costs.to_numpy() == pytest.approx(view[["p", "a", "b"]].to_numpy())
    assert self_hosted(seeded)["per_mtok"].notna().sum() == len(view)


def test_the_frontier_of_the_view_is_that_of_the_analysis(seeded: Reader) -> None:
    points = seeded.sql("FROM pareto")
    groups = ["suite", "suite_version", "origin", "cost_kind"]
    assert set(points["cost_kind"]) == {"list", "self-hosted"} and not points["on_frontier"].all()
    for _, part in points.groupby(groups):
        assert pareto(part["usd_per_mtok"], part["index"]).tolist() == part["on_frontier"].tolist()
    lists = points[points["cost_kind"] == "list"].drop_duplicates("model_id").set_index("model_id")["usd_per_mtok"]
    assert list_prices(seeded).set_index("product_id")["blended_per_mtok"].loc[lists.index].tolist() == pytest.approx(
        lists.tolist()
    )


def test_price_changes_are_those_between_neighbouring_dates(shipped: Path) -> None:
    expected, previous = set(), dict[tuple[str, str], dict[str, str]]()
    for row in sorted(_rows("prices.csv"), key=lambda r: r["as_of"]):
        key = row["provider_id"], row["offer_id"]
        if row["model_id"] and key in previous:
            ends = [(previous[key][c], row[c]) for c in ("input_per_mtok", "output_per_mtok")]
            if any(a and b and float(a) != float(b) for a, b in ends):
                expected.add((*key, row["as_of"]))
        previous[key] = row
    rows = price_changes(Reader(shipped))
    days = pd.to_datetime(rows["as_of"]).dt.strftime("%Y-%m-%d")
    assert len(expected) > 100 and set(zip(rows["provider_id"], rows["offer_id"], days, strict=True)) == expected


# ---- companies and white space -------------------------------------------------------------------------------------


MADE_OF_FACTS = {"datasets": "datasets_released", "funds_raised": "funding_total", "products": "product", "domains": "domain",
                 "channels": "channel"}  # fmt: skip
"""Inputs that the view counts or sums, with a fact that goes in."""


def test_an_input_of_positioning_is_the_fact_of_its_key() -> None:
    stated = [row for row in inputs.INPUTS if row.origin == "fact"]
    assert len(stated) > 10
    for row in stated:
        fact = FACTS_BY_KEY[MADE_OF_FACTS.get(row.key, row.key)]
        assert row.key in MADE_OF_FACTS or row.unit == fact.unit, row.key


def test_a_figure_of_a_part_or_a_plan_ranks_nobody() -> None:
    apart = [
        key for key in FACTS_BY_KEY if key.endswith(("_part", "_guidance", "_run_rate")) or key == "product_revenue"
    ]
    assert len(apart) > 8 and not any(inputs.declared(key, "capital").ranks for key in apart)


def test_the_view_of_positions_gives_the_declared_inputs(companies: Path) -> None:
    rows = Reader(companies / "land.duckdb").frame("positions")
    rows = rows[rows["origin"] != "fact"].drop_duplicates("input")
    assert len(rows) >= 6
    for row in rows.itertuples():
        declared = inputs.declared(str(row.input), "")
        assert declared.declared or row.input.startswith(inputs.MEASURED_INDEX), row.input
        assert (declared.dimension, declared.unit, declared.origin) == (row.dimension, row.unit, row.origin), row.input


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_input_and_segment_has_a_name(language: str) -> None:
    say = Translator(language)
    for row in inputs.INPUTS:
        assert input_label(say, row.key) != row.key
    assert "core-en" in input_label(say, f"{inputs.MEASURED_INDEX}core-en")
    assert all(say.known("segment", segment) != segment for segment in SEGMENTS)
    assert set(palette.SEGMENTS) == set(SEGMENTS)


def test_the_report_takes_a_new_size_band(companies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bands = ((3, "up to 3B"), (15, "3B to 15B"), (80, "15B to 80B"), (200, "80B to 200B"), (math.inf, "above 200B"))
    monkeypatch.setattr(opportunities, "SIZES", bands)
    rows = _section(companies, "opportunities").tables[0].rows
    assert "above 200B" in {row[0] for row in rows}


# ---- benchmarks, metrics, closed lists -----------------------------------------------------------------------------


def test_a_leaderboard_table_yields_the_catalogs_benchmarks_in_its_units(tmp_path: Path) -> None:
    units = benchmark_units(places.packaged_catalog())
    for needed, board in leaderboard_csv.KNOWN:
        columns = dict.fromkeys([*sorted(needed), *board.scores], "0.5") | {board.model: "acme/tiny"}
        if "benchmark" in columns:  # a table of any benchmarks names them itself
            continue
        file = tmp_path / "lmarena_text.csv"  # the name that tells Arena's board of chat models from its others
        file.write_text(",".join(columns) + "\n" + ",".join(columns.values()) + "\n", encoding="utf-8")
        scores = list(leaderboard_csv.read(Unit("leaderboard", file, (file,), file.name)))
        assert len(scores) == len(board.scores)
        for score in scores:
            assert isinstance(score, ReportedScore)
            assert score.unit == units[score.benchmark]


def test_the_importers_of_leaderboards_name_benchmarks_of_the_catalog() -> None:
    meanings = [*leaderboards.V1.values(), *leaderboards.V2.values(), *leaderboards.ARENA.values()]
    names = {m[0] for m in meanings} | {leaderboards.ARENA_STYLED[1]}
    names |= {leaderboards.livebench_id(c, day) for c, days in leaderboards.LIVEBENCH.items() for day in days}
    names |= {own for by in models_dev_scores.SET_UPS.values() for own in by.values()}
    assert names <= {row["benchmark_id"] for row in _rows("benchmarks.csv")}


def test_the_documentation_names_every_format_that_is_read() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "public_runs.md").read_text(encoding="utf-8")
    table = page.split("| `--format` |")[1].split("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    assert set(re.findall(r"`([\w-]+)`", " ".join(first_cells))) == set(formats.NAMES)


def test_answers_metrics_are_those_of_the_list() -> None:
    assert tuple(extra_metrics.ANSWER_METRICS) == metrics.names("answers")
    fields = {f.name for f in dataclasses.fields(extra_metrics.ClassScores)}
    assert set(metrics.names("classes")) <= fields


# ---- names of models and runs --------------------------------------------------------------------------------------


def test_sql_and_python_know_the_same_model_behind_another_tools_name() -> None:
    """``sql/ingest/catalog_names.sql`` (on the view ``model_name``) beside ``owners.owner``, on every name of the shipped catalog and made-up ones."""
    folder = places.packaged_catalog()
    tables = {name: pd.read_csv(folder / f"{name}.csv", dtype=str) for name in ("models", "aliases")}
    model, alias = tables["models"], tables["aliases"]
    written = [*model["model_id"], *model["hub_id"].dropna(), *alias["alias"], "Qwen3-0.6B", "7B", "nobody/at-all"]
    run = pd.DataFrame({"model": sorted({*written, *map(str.upper, written)})}).assign(
        run_id=lambda f: f["model"], model_id="?", vendor_id="?", manifest="{}"
    )
    with duckdb.connect() as con:
        con.execute("CREATE TABLE model AS SELECT * FROM model").execute("CREATE TABLE alias AS SELECT * FROM alias")
        con.execute("CREATE TABLE run AS SELECT * REPLACE (manifest::JSON AS manifest) FROM run")
        con.execute(sql.text("views", "09_model_name"))
        names = f"SELECT run_id, model_id FROM ({sql.text('ingest', 'catalog_names')})"
        by_sql = dict(con.execute(names, {"ids": run["run_id"].tolist()}).fetchall())
    assert by_sql == {name: owner(name).model_id for name in run["model"]}
    assert by_sql["Qwen3-0.6B"] is None, "an ending is not enough"
    assert len({m for m in by_sql.values() if m}) > 1_500


def test_run_and_report_mean_the_same_model_of_the_shipped_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(places.packaged_catalog()))
    monkeypatch.setattr(naming, "_cached", list)
    model = pd.read_csv(places.packaged_catalog() / "models.csv", dtype=str).dropna(subset="hub_id")
    model = model.drop_duplicates("hub_id", keep=False)
    runs = model.assign(model=model["hub_id"])[["model", "model_id"]]
    for id in model["hub_id"].iloc[::12]:
        for name in (id, id.lower(), id.split("/")[1], id.split("/")[1].upper()):
            try:
                by_run = {naming.hub_id(name)}
            except BadInput:
                with pytest.raises(BadInput, match="fits"):
                    names.run_models(name, model, runs)
            else:
                assert by_run == names.run_models(name, model, runs), name


# ---- site and report -----------------------------------------------------------------------------------------------


def _tables(report: Report) -> dict[str, pd.DataFrame]:
    """The tables of a report by their keys, whatever section holds them."""
    return {
        t.key: pd.DataFrame(t.rows, columns=[c.key for c in t.columns])
        for section in report.sections
        for t in section.tables
    }


@pytest.fixture(scope="module")
def whole(filled: Path) -> Report:
    """The report on everything of the seeded database."""
    return build(Reader(filled / "land.duckdb"), Choices(), "en", "abc", lambda _, __: None)


def _sentences(report: Report, key: str) -> dict[str, dict[str, float]]:
    """The numbers of a section's sentences by the first word of their keys."""
    section = next(s for s in report.sections if s.key == key)
    return {s.key.split()[0]: dict(s.numbers) for s in section.sentences}


def test_page_and_report_show_the_same_agreement(filled: Path, site: Open, whole: Report) -> None:
    """Every pair's likeness, the most alike pair by both measures, the answer, the share that all fail."""
    shown = site(filled, "homogeneity", agreement="residual", **{"table_likeness-residual-facts_en-1": "true"})
    page = next(t.value for t in shown.dataframe if "residual" in t.value)
    written = _tables(whole)["agreement"]
    assert (
        len(written) > 10
        and page[["a", "b"]].to_numpy().tolist() == written[["model_a", "model_b"]].to_numpy().tolist()
    )
    ends = {"residual": "residual", "kappa": "kappa", "kappa_low": "low", "kappa_high": "high"}
    for theirs, ours in ends.items():
        assert page[theirs].tolist() == pytest.approx(written[ours].tolist()), theirs
    said = texts(shown).replace("\\", "")
    first = written.loc[written["residual"].idxmax()]
    assert f"Most alike: {first['model_a']} and {first['model_b']}" in said
    section = next(s for s in whole.sections if s.key == "homogeneity")
    assert section.sentences[0].text in said.replace("\n", " ")
    most = next(s.text for s in section.sentences if s.key.startswith("alike.most"))
    assert f"{first['model_a']} and {first['model_b']}" in most
    by_kappa = written.loc[written["kappa"].idxmax()]
    named = f"{by_kappa['model_a']} and {by_kappa['model_b']} err most alike (κ = {by_kappa['kappa']:.2f})"
    assert f"{named}; the median pair has κ = {written['kappa'].median():.2f}" in texts(
        site(filled, "homogeneity")
    ).replace("\\", "")
    failed = next(s.text for s in section.sentences if s.key.startswith("alike.failed"))
    solved = texts(site(filled, "homogeneity", view="dimensions")).replace("\\", "")
    shares = re.findall(r"<?[\d.]+%", failed)
    assert len(shares) == 2 and all(share in solved for share in shares)


def test_the_cost_page_and_the_report_show_the_same_numbers(
    site: Open, filled: Path, seeded: Reader, whole: Report
) -> None:
    tables, columns = _tables(whole), ["input_per_mtok", "output_per_mtok"]
    written = tables["prices"].dropna(subset="score").set_index("model").sort_index()
    prices = _table(site(filled, "cost", part="prices"), "cache_read_per_mtok", "label").sort_index()
    sellers = _table(site(filled, "cost", part="prices", columns="seller"), "membership", "label").sort_index()
    assert len(written) > 5 and prices.index.tolist() == sellers.index.tolist() == written.index.tolist()
    same = {"x": "blended_per_mtok", "y": "score"} | {column: column for column in columns}
    for theirs, ours in same.items():
        assert prices[theirs].tolist() == pytest.approx(written[ours].astype(float).tolist()), theirs
    assert prices["seller"].tolist() == written["seller"].tolist()
    ends = [[round(low), round(high)] for low, high in zip(written["low"], written["high"], strict=True)]
    shown = [[int(end) for end in text.split("–")] for text in prices["interval"]]
    assert shown == [[low] if low == high else [low, high] for low, high in ends]
    assert sellers["membership"].tolist() == pytest.approx((100 * written["membership"].astype(float)).tolist())
    hosted = _table(site(filled, "cost", part="own"), "wh_per_ktok", "model")
    columns = ["per_mtok", "low", "high", "offers", "wh_per_ktok", "tokens_per_s"]
    hosted = hosted[~hosted.index.str.startswith("reference/")].dropna(subset=columns)  # calibration: in no report
    called = seeded.sql("SELECT DISTINCT model, name FROM run INNER JOIN model USING (model_id)")
    hosted = hosted.rename(index=called.set_index("model")["name"]).sort_index()
    written = tables["self_hosted"].dropna(subset=columns).set_index("model").sort_index()
    assert len(hosted) > 5 and hosted.index.tolist() == written.index.tolist()
    assert hosted[columns].to_numpy(float) == pytest.approx(written[columns].to_numpy(float))


def _table(at: object, column: str, index: str) -> pd.DataFrame:
    return next(t.value for t in at.dataframe if column in t.value).set_index(index)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the seeded database of the site's tests."""
    folder = tmp_path_factory.mktemp("companies")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    return folder


def _section(folder: Path, key: str) -> Section:
    report = build(Reader(folder / "land.duckdb"), Choices(), "en", "abc", lambda _, __: None)
    return next(section for section in report.sections if section.key == key)


def _row_dicts(table: Table) -> list[dict[str, object]]:
    return [dict(zip((c.key for c in table.columns), row, strict=True)) for row in table.rows]


def _page(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("LANDSCAPE_DB", str(folder / "land.duckdb"))
    monkeypatch.setenv("LANDSCAPE_RUNS", str(folder / "runs"))
    at = AppTest.from_file(str(places.asset("app.py")), default_timeout=120)
    at.switch_page(f"pages/{name}.py")
    at.run()
    assert not at.exception and not at.error
    return at


def test_companies_shows_the_positions_of_the_report(companies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {t.key: t for t in _section(companies, "positioning").tables}
    written = {row["vendor_id"]: row for row in _row_dicts(tables["position"])}
    page = _page(companies, "companies", monkeypatch)
    shown = next(t.value for t in page.dataframe if "coverage" in t.value and "total" in t.value)
    names = {row["vendor"]: row for row in written.values()}
    assert len(shown) == len(written) == 12
    for row in shown.to_dict("records"):
        other = names[row["vendor"]]
        ends = {"rank": "rank", "low": "rank_low", "high": "rank_high", "total": "total", "coverage": "coverage"}
        ends |= {dimension: dimension for dimension in DIMENSIONS}
        for key, theirs in ends.items():
            assert row[key] == pytest.approx(other[theirs] if other[theirs] is not None else math.nan, nan_ok=True), key


def test_opportunities_shows_the_cells_of_the_report(companies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = {
        (r["size_name"], r["licence_name"]): r for r in _row_dicts(_section(companies, "opportunities").tables[0])
    }
    page = _page(companies, "opportunities", monkeypatch)
    for side, axis in (("rows", "size"), ("columns", "licence_class")):
        page.selectbox(key=side).set_value(axis).run()
    shown = next(t.value for t in page.dataframe if "demand" in t.value).to_dict("records")
    white = [row for row in written.values() if row["white_name"]]
    assert len(shown) == len(white) > 0
    say = Translator("en")
    sizes = {say.known("level", name): say.known("size", name) for _, name in opportunities.SIZES}
    licences = {say.known("level", name): say.known("licence", name) for name in opportunities.LICENCE_CLASSES}
    for row in shown:
        other = written[sizes[row["row_name"]], licences[row["column_name"]]]
        assert other["white_name"]
        for key in ("vendors", "models", "best", "lowest_price", "demand"):
            theirs = math.nan if other[key] is None else other[key]
            assert row[key] == pytest.approx(theirs, nan_ok=True), key


def test_the_capability_page_and_the_report_show_the_same_boards(
    site: Open, filled: Path, seeded: Reader, whole: Report
) -> None:
    written, ends = _tables(whole), ["score", "low", "high"]
    called = seeded.sql("SELECT run_id, name FROM run INNER JOIN model USING (model_id)").set_index("run_id")["name"]
    index = written["index"]
    for origin, kind, rows in (
        ("Measured", "All kinds", 7),
        ("Measured", "Question answering", 7),
        ("Imported", "All kinds", 4),
    ):
        shown = site(filled, "capability", origin=origin, kind=kind).dataframe[0].value
        expected = index[(index["origin_name"] == origin) & (index["kind_name"] == kind)]
        assert len(shown) == rows and shown["run_id"].tolist() == expected["run_id"].tolist(), "in the order of ranks"
        assert called[shown["run_id"]].tolist() == expected["model"].tolist()
        assert shown[ends].to_numpy() == pytest.approx(expected[ends].to_numpy(float))
    loose = site(filled, "capability", origin="Imported", suite="Loose 1").dataframe[0].value
    results = written["results_imported"].set_index("run_id").query("task == 'loose_a'").loc[loose["run_id"]]
    assert len(loose) == 2 and loose["score"].tolist() == results["score"].tolist()
    assert called[loose["run_id"]].tolist() == results["model"].tolist()
    shown, scale = site(filled, "capability", origin="Reported").dataframe[0].value, written["scale"]
    assert len(shown) > 5 and shown["model"].to_list() == scale["model"].to_list()
    close = _sentences(whole, "capability")["cap.leads_unclear"]["n"]
    assert shown["within"].eq("yes").sum() == close + 1, "the leader itself is within"
    counts = [*ends, "benchmarks", "domains"]
    assert shown[counts].to_numpy(float) == pytest.approx(scale[counts].to_numpy(float))
    for ranks, low, high in zip(shown["ranks"], scale["rank_low"], scale["rank_high"], strict=True):
        assert [int(end) for end in re.findall(r"\d+", ranks)] == ([low] if low == high else [low, high])


def test_the_overview_and_the_memo_tell_the_same_headlines(
    site: Open, filled: Path, seeded: Reader, whole: Report
) -> None:
    """Who leads and by how much, the best value, the cheapest beside the leader, open against closed."""
    page = texts(site(filled, "overview")).replace("\\", "").replace("−", "-")
    number, said = r"(-?\d+(?:\.\d+)?)", next(s for s in whole.sections if s.key == "memo").sentences
    memo, order = _sentences(whole, "memo"), _tables(whole)["memo"]["model"]
    leader = re.search(
        rf"(\S[^\n]*) leads at {number} points \({number}–{number}\), {number} \({number}–{number}\) ahead of ([^\n]*); {number} others",
        page,
    )
    assert leader and [leader[1], leader[8]] == order[:2].tolist()
    told = [memo["decide.market"][key] for key in ("score", "low", "high", "gap", "gap_low", "gap_high", "n")]
    digits = [0, 0, 0, 1, 1, 1, 0]
    shown = [float(leader[i]) for i in (2, 3, 4, 5, 6, 7, 9)]
    assert shown == [round(value, places) for value, places in zip(told, digits, strict=True)]
    value = re.search(
        rf"## ([^\n]*)\nReaches {number} points \({number}–{number}; GPT-5: 150\) for \${number} per million tokens \(([^)]*), (\S+)\)",
        page,
    )
    assert value
    best = next(s for s in said if s.key.startswith("decide.value"))
    assert best.key == f"decide.value {value[1]} {value[6]} {value[7]}"
    numbers = [memo["decide.value"][key] for key in ("score", "low", "high", "price")]
    assert [float(value[i]) for i in (2, 3, 4)] == [round(number) for number in numbers[:3]]
    assert float(value[5]) == pytest.approx(numbers[3], rel=0.01)
    price = re.search(
        rf"{leader[1]} is the most capable, at \${number} per million tokens \([^)]*\); the cheapest within its margin of error is ([^\n]*) at \${number} \(",
        page,
    )
    assert price
    near = next(
        s for s in next(s for s in whole.sections if s.key == "cost").sentences if s.key.startswith("price.near")
    )
    assert near.key == f"price.near {leader[1]} {price[2]}"
    ends = [dict(near.numbers)[key] for key in ("price", "low")]
    assert [float(price[1]), float(price[3])] == pytest.approx(ends, rel=0.01)
    gap = re.search(
        rf"open model, (.*), is within the margin of error of the best closed one, (.*) \(gap {number} points, 95% interval between these two {number} to {number}\)",
        page,
    )
    assert gap and float(gap[4]) <= float(gap[3]) <= float(gap[5])
    pair = build(seeded, Choices(models=_ids(seeded, gap[1], gap[2])), "en", "abc", lambda _, __: None)
    level = _sentences(pair, "memo")["decide.level"]
    assert [float(gap[i]) for i in (3, 4, 5)] == [round(level[key], 1) for key in ("gap", "low", "high")]


def _ids(reader: Reader, *named: str) -> tuple[str, ...]:
    ids = reader.sql("SELECT name, model_id FROM model").set_index("name")["model_id"]
    return tuple(ids[list(named)])
