"""What two places show comes from one definition: SQL beside Python, site beside report, command beside page.

On the shipped catalog and on the seeded database of the site's tests.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import typer

from harness import metrics, names, places
from harness.__main__ import run
from harness.catalog.importers import leaderboards, models_dev_scores
from harness.catalog.vocabulary import BENCHMARKS_BY_NAME
from harness.cli import app
from harness.engine import naming
from harness.errors import BadInput
from harness.i18n.translator import Translator
from harness.interchange import formats
from harness.interchange.foreign.owners import owner
from harness.interchange.readers import leaderboard_csv
from harness.interchange.record import ReportedScore, Unit
from harness.reports.build import build
from harness.reports.selection import Choices
from harness.store import sql
from harness.store.reader import Reader
from harness.suites import extra_metrics
from tests.market import two_models
from tests.site import conftest as site_tests
from tests.site import fixture_db
from tests.site.conftest import Open, texts

site = site_tests.site


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
    suites = site(wide, "head_to_head", origin="Measured").selectbox(key="suite").options
    suite = next(name for name in suites if name.startswith("Wide"))
    at = site(wide, "head_to_head", origin="Measured", suite=suite, models=list(two_models.MODELS))
    page = at.dataframe[0].value
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
    pairs = next(t for t in section.tables if t.key == "pairs")
    rows = pd.DataFrame(pairs.rows, columns=[c.key for c in pairs.columns])
    for shown in (page, rows):
        shown = shown[shown["task"].isin(two_models.TASKS)]
        joined = shown[DIFFERENCE].merge(
            expected[DIFFERENCE], on=DIFFERENCE[:3], how="outer", suffixes=("", "_command")
        )
        assert len(joined) == len(two_models.TASKS) - 1
        for column in DIFFERENCE[3:]:
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
    from harness.analysis.scale import fit_reported
    from harness.analysis.scale_trend import frontier_trend, records, records_of_each
    from harness.market.scale_board import scale_board

    board = scale_board(reader, fit_reported(reader.frame("reported")))
    best = records(board)
    assert len(best) >= 3 and frontier_trend(board).iloc[0]["records"] == len(best)
    together = records_of_each(board.assign(everybody="all"), "everybody")
    assert list(together["model_id"]) == list(best["model_id"])
    assert set(best["model_id"]) <= set(records_of_each(board, "vendor_id")["model_id"])


# ---- prices, GPUs, measured cost -----------------------------------------------------------------------------------

# ---- companies and white space -------------------------------------------------------------------------------------

# ---- benchmarks, metrics, closed lists -----------------------------------------------------------------------------


def test_a_leaderboard_table_yields_the_catalogs_benchmarks_in_its_units(tmp_path: Path) -> None:
    for needed, board in leaderboard_csv.KNOWN:
        columns = dict.fromkeys([*sorted(needed), *board.scores], "50") | {board.model: "acme/tiny"}
        if "benchmark" in columns:  # a table of any benchmarks names them itself
            continue
        file = tmp_path / "board.csv"
        file.write_text(",".join(columns) + "\n" + ",".join(columns.values()) + "\n", encoding="utf-8")
        scores = list(leaderboard_csv.read(Unit("leaderboard", file, (file,), "board.csv")))
        assert len(scores) == len(board.scores)
        for score in scores:
            assert isinstance(score, ReportedScore)
            assert score.unit == BENCHMARKS_BY_NAME[score.benchmark].unit


def test_the_importers_of_leaderboards_name_benchmarks_of_the_vocabulary() -> None:
    meanings = [*leaderboards.V1.values(), *leaderboards.V2.values(), *leaderboards.ARENA.values()]
    names = {m[0] for m in meanings} | set(leaderboards.LIVEBENCH_CATEGORIES.values())
    assert names | set(models_dev_scores.BENCHMARKS.values()) <= set(BENCHMARKS_BY_NAME)


def test_help_and_documentation_name_every_format_that_is_read() -> None:
    command = typer.main.get_command(app).commands["import"]  # type: ignore[attr-defined]
    text = next(p.help for p in command.params if p.name == "format")
    assert set(re.findall(r"[\w-]+", text)) - {"auto", "or"} == set(formats.NAMES)
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
    """``sql/ingest/catalog_names.sql`` beside ``owners.owner``, on every name of the shipped catalog and made-up ones."""
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
        by_sql = dict(con.execute(f"SELECT run_id, model_id FROM ({sql.text('ingest', 'catalog_names')})").fetchall())
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


def test_page_and_report_show_the_same_agreement(wide: Path, site: Open) -> None:
    at = site(wide, "homogeneity", origin="Measured")
    report = build(Reader(wide / "land.duckdb"), Choices(), "en", "abc", lambda _, __: None)
    section = next(s for s in report.sections if s.key == "homogeneity")
    agreement = next(t for t in section.tables if t.key == "agreement")
    rows = pd.DataFrame(agreement.rows, columns=[c.key for c in agreement.columns])
    top = rows.iloc[0]
    assert len(rows) > 10 and rows["kappa"].is_monotonic_decreasing
    shown = texts(at).replace("\\", "")
    assert all(part in shown for part in (top["model_a"], top["model_b"], f"{top['kappa']:.2f}"))
    assert f"{rows['kappa'].median():.2f}" in shown
    failed = next(s.text for s in section.sentences if "%" in s.text)
    assert all(share in shown for share in re.findall(r"[\d.]+%", failed))
