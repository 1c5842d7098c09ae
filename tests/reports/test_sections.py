"""What sections say: names found, edges told in a sentence, both languages whole."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness.errors import BadInput, MissingData
from harness.i18n.translator import messages
from harness.reports.build import build, section_builders
from harness.reports.data import Material
from harness.reports.document import Report
from harness.reports.messages import Words
from harness.reports.sections.memo_sentences import amount
from harness.reports.selection import Choices
from harness.reports.summary import decision
from harness.store.reader import Reader

HAN = re.compile(r"[\u4e00-\u9fff]")
ROOM = Path(__file__).resolve().parents[2] / "harness" / "reports"


def made(reader: Reader, choices: Choices, language: str = "en") -> Report:
    return build(reader, choices, language, "abc", lambda _, __: None)


def told(report: Report, section: str) -> str:
    return " ".join(s.text for part in report.sections if part.key == section for s in part.sentences)


def test_the_first_pages_decide_and_say_how_sure_and_what_is_not_known(report: Report) -> None:
    first = report.sections[0]
    assert first.kind == "summary"
    topics = [s.topic for s in first.sentences]
    assert [t for i, t in enumerate(topics) if i == 0 or topics[i - 1] != t] == ["decision", "why", "sure", "unknown"]
    assert [s.question for s in first.sentences if s.question] == [
        "Who is behind them?",
        "How sure are we?",
        "What is not known?",
    ]
    assert 2 <= len(first.figures) <= 4
    assert all(figure.narrow for figure in first.figures)
    assert [t.key for t in first.tables] == ["memo", "dates"]
    assert len(first.tables[0].rows) == 4


def test_the_decision_is_that_of_the_scale(report: Report, reader: Reader) -> None:
    """The two best of the table, and no build where the interval of their difference holds 0."""
    rows = report.sections[0].tables[0].rows
    keys = [c.key for c in report.sections[0].tables[0].columns]
    best = [row[keys.index("model")] for row in rows][:2]
    said = report.sections[0].sentences[0]
    assert all(str(model) in said.text for model in best)
    numbers = dict(said.numbers)
    gap = float(rows[0][keys.index("score")]) - float(rows[1][keys.index("score")])  # type: ignore[arg-type]
    assert numbers["gap"] == pytest.approx(gap)
    assert numbers["low"] < numbers["gap"] < numbers["high"]
    assert said.text.startswith("Build on" if numbers["low"] > 0 else "Capability does not decide")


def test_no_run_id_stands_outside_the_appendix(report: Report, reader: Reader) -> None:
    runs = set(reader.frame("runs")["run_id"])
    for section in report.sections:
        cells = {str(v) for t in section.tables for row in t.rows for v in row}
        assert bool(cells & runs) == (section.key in ("tables", "evidence")), section.key
    parts = [section.kind for section in report.sections]
    assert parts == sorted(parts, key=["summary", "section", "appendix"].index)


def test_memo_counts_runs_as_the_database_does(report: Report, reader: Reader) -> None:
    vendors = ["aurora", "borealis", "cinder", "delta"]
    runs = reader.sql("SELECT count(*) AS n FROM run WHERE list_contains($v, vendor_id) AND origin = 'measured' AND valid "
                      "AND NOT partial AND item_limit IS NULL", {"v": vendors})  # fmt: skip
    assert f"{runs['n'][0]} runs of our own" in told(report, "memo")


def test_every_section_names_its_runs(report: Report, reader: Reader) -> None:
    known = set(reader.frame("runs")["run_id"])
    named = {run for s in report.sections for run in s.runs}
    assert named
    assert named <= known
    assert set(next(s for s in report.sections if s.key == "evidence").runs) >= named


def test_differences_are_those_of_the_items(report: Report, reader: Reader) -> None:
    table = next(t for s in report.sections for t in s.tables if t.key == "pairs")
    keys = [c.key for c in table.columns]
    row = next(dict(zip(keys, r, strict=True)) for r in table.rows if r[keys.index("task")] == "topic_en")
    outcome = reader.sql(
        "SELECT r.model, o.item, o.value FROM outcome o JOIN run r USING (run_id) WHERE o.task = 'topic_en'"
    )
    called = Material(reader, Choices()).called
    wide = outcome.assign(model=outcome["model"].map(called)).pivot_table(index="item", columns="model", values="value")
    gap = wide[row["model_a"]] - wide[row["model_b"]]
    assert row["difference"] == pytest.approx(gap.mean())
    assert row["low"] < row["difference"] < row["high"]
    half = (float(row["high"]) - float(row["low"])) / 2  # type: ignore[arg-type]
    assert half == pytest.approx(1.98 * gap.std() / len(gap) ** 0.5, rel=0.01)


def test_a_worse_loss_counts_against_a_model(report: Report, reader: Reader) -> None:
    table = next(t for s in report.sections for t in s.tables if t.key == "pairs")
    keys = [c.key for c in table.columns]
    rows = [dict(zip(keys, r, strict=True)) for r in table.rows if r[keys.index("task")] == "wiki_bits"]
    scores = reader.sql("SELECT r.model, s.score FROM result s JOIN run r USING (run_id) WHERE s.task = 'wiki_bits'")
    loss = dict(zip(scores["model"].map(Material(reader, Choices()).called), scores["score"], strict=True))
    assert len(rows) > 2
    for row in rows:
        assert row["difference"] == pytest.approx(loss[row["model_b"]] - loss[row["model_a"]], abs=0.03)
    assert max(abs(float(row["difference"])) for row in rows) > 0.06  # so that a turned sign would be seen


@pytest.mark.parametrize("name", ["aurora", "Aurora Systems", "极光系统", "AURORA"])
def test_a_vendor_is_found_by_id_or_name(reader: Reader, name: str) -> None:
    assert made(reader, Choices((name,))).title == "Aurora Systems"


def test_a_model_is_found_by_a_unique_ending(reader: Reader) -> None:
    whole = reader.frame("models").iloc[0]
    report = made(reader, Choices(models=(str(whole["model_id"]),)))
    assert report.title == whole["name"]
    assert told(report, "head_to_head").startswith("No two of these models")


def test_all_wrong_names_are_told_at_once(reader: Reader) -> None:
    with pytest.raises(BadInput) as caught:
        made(reader, Choices(("aurrora", "nobody"), ("8B",), ("huge",)))
    text = str(caught.value)
    assert "Near it: aurora" in text
    for part in ("'nobody'", "'8B' fits", "'huge'"):
        assert part in text


def test_choices_that_leave_nothing_are_refused_with_a_sentence(reader: Reader) -> None:
    other = reader.frame("models").query("vendor_id == 'iris'").iloc[0]["model_id"]
    with pytest.raises(MissingData, match="leave nothing"):
        made(reader, Choices(("aurora",), (str(other),)))


def test_nothing_chosen_means_the_whole_market(reader: Reader) -> None:
    report = made(reader, Choices())
    assert report.title == "The market of language models"
    assert "covers all 12 vendors" in told(report, "memo")
    assert report.sections[0].tables[0].shown == 8


def test_a_vendor_without_runs_says_so(reader: Reader) -> None:
    runs = set(reader.frame("runs")["vendor_id"])
    bare = sorted(set(reader.frame("vendors")["vendor_id"]) - runs)[0]
    report = made(reader, Choices((bare,)))
    assert "No run of these models is in the database" in told(report, "capability")
    assert "No run stands behind the capability figures" in told(report, "evidence")


def test_an_empty_database_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="harness db rebuild"):
        made(Reader(tmp_path / "none.duckdb"), Choices())


def test_reference_models_enter_only_when_asked_for(reader: Reader) -> None:
    assert not [t for s in made(reader, Choices()).sections for t in s.tables if t.key == "results_reference"]
    asked = made(reader, Choices(models=("reference/calibration-0.1m",)))
    assert [t.key for s in asked.sections for t in s.tables if t.key.startswith("results")] == ["results_reference"]


def test_sixty_vendors_work(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.duckdb"
    shutil.copy(database, path)
    con = duckdb.connect(str(path))
    con.execute("INSERT INTO vendor BY NAME SELECT 'v' || i AS vendor_id, 'Vendor ' || i AS name_en, 'startup' AS segment, 'US' AS country, "
                "DATE '2026-07-02' AS as_of, 'market' AS source_id FROM range(48) AS t(i)")  # fmt: skip
    con.execute("INSERT INTO model BY NAME SELECT 'v' || i || '-m' AS model_id, 'v' || i AS vendor_id, 'M' || i AS name, true AS open_weights, "
                "7.0 AS params_b, DATE '2026-01-01' AS released FROM range(48) AS t(i)")  # fmt: skip
    con.close()
    reader = Reader(path)
    vendors = tuple(reader.frame("vendors")["vendor_id"])
    assert len(vendors) == 60
    report = made(reader, Choices(vendors))
    assert "60 vendors are compared" in told(report, "memo")
    assert report.title.endswith("and 58 more vendors")


def test_changes_since_are_those_of_the_tables(reader: Reader) -> None:
    since = dt.date(2026, 1, 1)
    report = made(reader, Choices(since=since))
    section = next(s for s in report.sections if s.key == "changes")
    tables = {t.key: t for t in section.tables}
    models = reader.sql("SELECT count(*) AS n FROM model WHERE released >= DATE '2026-01-01'")["n"][0]
    offers = reader.sql("SELECT count(DISTINCT (provider_id, offer_id)) AS n FROM price")["n"][0]
    assert f"{models} of these models were released since then" in told(report, "changes")
    assert len(tables["price_moves"].rows) == offers  # each offer has two dates, dearer before
    keys = [c.key for c in tables["price_moves"].columns]
    assert all(r[keys.index("change")] == pytest.approx(1 / 1.6 - 1, abs=0.02) for r in tables["price_moves"].rows)


def test_a_chinese_report_speaks_chinese(reader: Reader) -> None:
    report = made(reader, Choices(("aurora", "borealis", "delta"), since=dt.date(2025, 12, 1)), "zh")
    for section in report.sections:
        assert HAN.search(section.title), section.key
        assert all(HAN.search(s.text) for s in section.sentences), section.key
        assert all(HAN.search(t.title) for t in section.tables)
        labels = {c.label for t in section.tables for c in t.columns}
        assert not {label for label in labels if not HAN.search(label)}
    assert "极光系统" in report.title


def test_the_guide_lists_the_sections_in_their_order() -> None:
    guide = (ROOM.parents[1] / "docs" / "reports.md").read_text(encoding="utf-8")
    rows = guide.split("| section | holds |")[1].split("\n\n")[0].splitlines()[2:]
    titles = [messages()[f"section.{key}"]["en"].removesuffix(" since {since}") for key in section_builders()]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == titles


def test_columns_are_all_used() -> None:
    rooms = (ROOM, *(ROOM.parent / name for name in ("charts", "market", "site")))  # pages head a chart's table by them
    text = "".join(path.read_text(encoding="utf-8") for room in rooms for path in room.rglob("*.py"))
    assert {
        k for k in messages() if k.startswith("col.") and f'"{k[4:]}"' not in text and not k.startswith("col.dim_")
    } == set()


def test_one_is_said_in_the_singular() -> None:
    said = Words("en").sentence
    assert "1 measured run of these models was" in said("moved.runs", {"n": (1, "integer")}).text
    assert "2 measured runs of these models were" in said("moved.runs", {"n": (2, "integer")}).text


@pytest.mark.parametrize(
    ("language", "value", "said"),
    [("en", 5e11, "500 billion USD"), ("en", 3.12e8, "312 million USD"), ("en", 4500, "4,500 USD"),
     ("zh", 5e11, "5,000 亿美元"), ("zh", 3.12e8, "3.12 亿美元"),
     ("zh", 4.5e7, "4,500 万美元"), ("zh", -7.88e8, "−7.88 亿美元")],
)  # fmt: skip
def test_money_is_said_as_people_say_it(language: str, value: float, said: str) -> None:
    assert amount(Words(language), value, "USD") == said


def priced(*prices: float, tasks: tuple[float, float] = (float("nan"), float("nan"))) -> pd.DataFrame:
    return pd.DataFrame({"model_id": ["a", "b"], "model": ["Best", "Near"], "price": prices, "task_cost": tasks})


@pytest.mark.parametrize(
    ("rows", "told"),
    [(priced(5.0, 0.5), "Near is the cheaper choice: $0.50 per million tokens, while Best costs $5.00, 10 times"),
     (priced(0.5, 5.0), "Best is also the cheapest"), (priced(5.0, 5.1), "Price does not separate them"),
     (priced(5.0, float("nan")), "Best costs $5.00 per million tokens; of Near no list price is known."),
     (priced(float("nan"), float("nan")), "No current list price is known"),
     (priced(5.0, 0.5, tasks=(3.0, 0.1)), "a task costs $0.10, with Best $3.00, 30 times as much; a million"),
     (priced(5.0, 5.1, tasks=(3.0, 0.1)), "Near is the cheaper choice: a task costs $0.10, with Best $3.00, 30 times as much, "
                                          "though a million tokens cost about $5.00 with either."),
     (priced(0.5, 5.0, tasks=(3.0, 0.1)), "though a million tokens of Near cost $5.00 and of Best $0.50."),
     (priced(5.0, 0.5, tasks=(0.1, 3.0)), "Best is the cheaper choice: a task costs $0.10, with Near $3.00, 30 times as much, "
                                          "though a million tokens of Best cost $5.00 and of Near $0.50."),
     (priced(0.5, 5.0, tasks=(0.1, 3.0)), "Best is also the cheapest"),
     (priced(5.0, 5.1, tasks=(3.0, 3.1)), "Price does not separate them")],
)  # fmt: skip
def test_the_price_of_the_first_is_held_against_the_cheapest(rows: pd.DataFrame, told: str) -> None:
    (sentence,) = decision._prices(Words("en"), rows)
    assert told in sentence.text


def test_sources_that_were_not_opened_are_told(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "unread.duckdb"
    shutil.copy(database, path)
    con = duckdb.connect(str(path))
    con.execute("UPDATE source SET retrieved = NULL WHERE source_id = 'market'")
    con.close()
    assert "rows out was opened" not in told(made(Reader(database), Choices(("aurora",))), "freshness")
    assert "1 of them is named, and no page that bears its rows out was opened" in told(
        made(Reader(path), Choices(("aurora",))), "freshness"
    )


def test_a_sentence_that_is_a_figures_title_is_said_once(report: Report) -> None:
    assert any(section.figures for section in report.sections)
    for section in report.sections:
        titles = {f.title for f in section.figures}
        assert not titles & {s.text for s in section.body}
        headed = [h for h in map(section.heading, section.figures) if h]
        assert sorted(s.key for s in section.sentences) == sorted(s.key for s in [*section.body, *headed])
