"""The collection of 2026: efforts in settings, evidence, factors, rows that stay out, models that wait."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.catalog import refresh
from harness.catalog.import_context import ImportContext, Imported, SourceFile
from harness.catalog.importers import collected
from harness.catalog.names import effort
from harness.catalog.names.matching import index_names
from harness.catalog.schema import TASK_COST_KEYS
from harness.catalog.tables import Catalog, read
from harness.errors import BadInput
from tests.catalog.conftest import small_rows

PAGE = "https://example.org/board"
SOURCE = {"id": "board-2026.9", "title": "A board", "publisher": "Board", "url": PAGE, "retrieved": "2026-11-28"}
LOGIC = {**SOURCE, "id": "llm2014-logic-2026-08", "url": "https://example.org/logic"}
SCORE = {
    "model": "Acme 7B", "model_id": "acme-7b-instruct", "benchmark": "ARC-AGI-2", "metric": "score", "score": "0.25",
    "unit": "fraction", "reported_by": "ARC Prize", "reporter": "third-party", "as_of": "2026-09-01",
    "source_id": "board-2026.9", "source_url": PAGE, "confidence": "primary", "name_in_source": "Acme 7B",
}  # fmt: skip
COST = {**SCORE, "metric": "cost per task", "value": "0.5", "unit": "USD"}
MODEL = {
    "name": "Acme Next", "proposed_id": "acme-next", "vendor": "acme", "released": "2026-08-20",
    "input_modalities": "text;image;file", "output_modalities": "text", "open_weights": "false", "source_url": PAGE,
}  # fmt: skip


def sheet(name: str, *rows: Mapping[str, str]) -> SourceFile:
    """A file of the collection with these rows; columns that a row leaves out stay empty."""
    columns = list(dict.fromkeys([*collected.FILES[name], *(c for r in rows for c in r), "licence", "hub_id",
                                  "params_b", "active_params_b", "context_tokens"]))  # fmt: skip
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return SourceFile(name, text.getvalue().encode())


@pytest.fixture
def context() -> ImportContext:
    rows = small_rows()
    tests = {r["benchmark_id"] for r in collected.mapping("collected_benchmarks.csv")}
    index = index_names(
        rows["models"], rows["vendors"], rows["providers"], rows["aliases"],
        [{"benchmark_id": b} for b in sorted(tests)], "2026-11-28",
    )  # fmt: skip
    there = Catalog()
    there.rows.update(rows)
    return ImportContext(index, dt.date(2026, 11, 28), "collected-2026-11-28", there)


def imported(context: ImportContext, *files: SourceFile) -> Imported:
    return collected.read([sheet("sources_2026.csv", SOURCE, LOGIC), *files], context)


def scores(context: ImportContext, *rows: Mapping[str, str]) -> Imported:
    return imported(context, sheet("reported_scores_2026.csv", *rows))


def costs(context: ImportContext, *rows: Mapping[str, str]) -> Imported:
    return imported(context, sheet("task_costs_2026.csv", *rows))


@pytest.mark.parametrize(
    ("setting", "asked", "rest"),
    [
        ("", "default", ""),
        ("High Thinking Level; full set, text and image", "high", "full set, text and image"),
        ("Non-reasoning, High", "none-high", ""),
        ("no reasoning; 649 cases", "none", "649 cases"),
        ("effort enabled; user simulator gpt-5.2", "thinking", "user simulator gpt-5.2"),
        ("reasoning default; 100 questions", "default", "100 questions"),
        ("release 2026-01-08; thinking-64k-high-effort", "high-64k", "release 2026-01-08"),
        ("unknown; interval not in this file", "default", "interval not in this file"),
        ("Reasoner (225 cases)", "thinking", "225 cases"),
        ("xhigh w/ refuse; best of 3 runs, of 100", "xhigh", "w/ refuse; best of 3 runs, of 100"),
        ("ClawCodex, effort xhigh, one run of 89 tasks", "xhigh", "ClawCodex, one run of 89 tasks"),
        ("DeepSeek Harness minimal mode", "default", "DeepSeek Harness minimal mode"),
        ("100 puzzles (latest)", "default", "100 puzzles (latest)"),
        ("reasoning_effort=100", "default", "reasoning_effort=100"),
    ],
)
def test_settings_state_efforts(setting: str, asked: str, rest: str) -> None:
    assert collected.stated_effort(setting) == (asked, rest)


def test_a_score_keeps_its_page_day_and_evidence(context: ImportContext) -> None:
    out = scores(context, {**SCORE, "setting": "max; verified", "confidence": "aggregator"})
    (row,) = out.rows["reported_scores"]
    assert (row["benchmark_id"], row["effort"], row["setting"]) == ("arc-agi-2-arc-prize", "max", "verified")
    assert (row["score"], row["evidence"], row["as_of"]) == ("0.25", "aggregator", "2026-09-01")
    assert row["source_id"] == "collected-board-2026-9"
    assert [s["source_id"] for s in out.rows["sources"]] == ["collected-board-2026-9"]


def test_a_figure_in_per_cent_comes_to_the_unit_of_its_test(context: ImportContext) -> None:
    points = {**SCORE, "benchmark": "AA Math Index (AIME 2025)", "score": "63.3", "unit": "points",
              "reported_by": "Artificial Analysis"}  # fmt: skip
    (row,) = scores(context, points).rows["reported_scores"]
    assert (row["benchmark_id"], row["score"], row["unit"]) == ("aime-2025-artificial-analysis", "0.633", "fraction")


def test_two_figures_of_one_place_are_two_rows(context: ImportContext) -> None:
    out = scores(context, SCORE, {**SCORE, "score": "0.27"}, SCORE)
    assert [(r["score"], r["setting"]) for r in out.rows["reported_scores"]] == [
        ("0.25", ""),
        ("0.27", "figure 2 of this source"),
    ]
    twice = costs(context, COST, {**COST, "value": "0.7"}, COST)
    assert [(r["value"], r["setting"]) for r in twice.rows["task_costs"]] == [
        ("0.5", ""),
        ("0.7", "figure 2 of this source"),
    ]


def test_a_name_may_carry_the_effort(context: ImportContext) -> None:
    named = {**SCORE, "name_in_source": "gpt-5.2-high", "model": "GPT-5.2"}  # the reviewed list says so
    always = {**SCORE, "name_in_source": "Acme-Thinking", "score": "0.3"}
    out = scores(context, named, always)
    assert [r["effort"] for r in out.rows["reported_scores"]] == ["high", "thinking"]


def test_rows_that_stay_out_say_why(context: ImportContext) -> None:
    left = collected.mapping("collected_left.csv")[0]
    listed = {**SCORE, **{k: left[k] for k in ("source_id", "name_in_source", "benchmark", "metric", "setting")}}
    (named,) = [r for r in collected.mapping("collected_names.csv") if r["name_in_source"] == "Grok 4 Fast"]
    rows = [
        {**SCORE, "as_of": "2026-01-14"},
        {**SCORE, "reported_by": "somebody"},
        {**SCORE, "confidence": "hearsay"},
        {**SCORE, "model_id": "", "proposed_id": "unheard"},
        {**SCORE, "name_in_source": named["name_in_source"], "model": named["model"]},
    ]
    out = imported(
        context,
        sheet("reported_scores_2026.csv", *rows, {**listed, "score": left["value"]}),
        sheet("task_costs_2026.csv", {**listed, "value": left["value"]}),
        SourceFile("notes.csv", b"a\n"),
    )
    assert out.rows["reported_scores"] == []
    whys = [u.why for u in out.unmatched]
    assert left["why"] in whys
    assert "of 2026-01-14, before the release of acme-7b-instruct on 2026-01-15" in whys
    for start in ("no reviewed line", "confidence 'hearsay'", "it stands neither in", named["left"], "no mapping"):
        assert any(w.startswith(start) for w in whys), start


def test_only_costs_of_a_task_enter(context: ImportContext) -> None:
    aider = {**COST, "benchmark": "Aider Polyglot", "reported_by": "aider", "metric": "cost to run the benchmark",
             "value": "22.5"}  # fmt: skip
    logic = {**COST, "benchmark": "llm2014 logic (Chinese, private)", "reported_by": "llm2014 (大模型测评记录)",
             "source_id": "llm2014-logic-2026-08", "metric": "cost to run the benchmark", "unit": "CNY"}  # fmt: skip
    out = costs(context, aider, logic, {**COST, "unit": "EUR"}, {**COST, "unit": "CNY", "setting": "high"})
    assert [(r["key"], r["value"], r["unit"]) for r in out.rows["task_costs"]] == [
        ("cost", "0.1", "USD"),  # of a run of 225 cases
        ("cost", "0.585", "USD"),  # at the catalog's rate of the euro
    ]
    assert [u.why for u in out.unmatched] == [
        f"run_cost (CNY) is no cost of one task: none of {', '.join(TASK_COST_KEYS)}",
        "in CNY, and fx.csv has no rate of it by 2026-09-01",
    ]


def test_a_new_model_needs_its_maker_or_two_hosts(context: ImportContext) -> None:
    row = {**SCORE, "model_id": "", "proposed_id": "acme-next"}
    out = imported(context, sheet("models_2026.csv", MODEL), sheet("reported_scores_2026.csv", row))
    assert out.rows["models"] == out.rows["reported_scores"] == []
    assert [u.why for u in out.unmatched] == [
        "waits: neither its maker's page nor two different hosts name it (1 scores and costs stay out with it)"
    ]


def test_two_pages_of_one_owner_are_one_host(context: ImportContext) -> None:
    row = {**SCORE, "model_id": "", "proposed_id": "acme-next", "source_url": "https://github.com/owner/a"}
    raw = {**MODEL, "source_url": "https://raw.githubusercontent.com/Owner/b/x.md"}
    out = imported(context, sheet("models_2026.csv", raw), sheet("reported_scores_2026.csv", row))
    assert out.rows["models"] == []


def test_a_new_model_of_two_hosts_enters_with_its_scores(context: ImportContext) -> None:
    row = {**SCORE, "model_id": "", "proposed_id": "acme-next", "source_url": "https://elsewhere.example/x"}
    early = {**row, "as_of": "2026-08-19", "score": "0.1"}
    out = imported(context, sheet("models_2026.csv", MODEL), sheet("reported_scores_2026.csv", row, early))
    (model,) = out.rows["models"]
    assert (model["product_id"], model["kind"], model["released"]) == ("acme-next", "multimodal", "2026-08-20")
    assert model["input_modalities"] == "text;image"  # "file" is no modality of the catalog
    assert [r["score"] for r in out.rows["reported_scores"]] == ["0.25"]
    assert [u.why for u in out.unmatched] == ["of 2026-08-19, before the release of acme-next on 2026-08-20"]


def test_a_maker_must_be_a_vendor_of_the_catalog(context: ImportContext) -> None:
    out = imported(context, sheet("models_2026.csv", {**MODEL, "vendor": "nobody"}))
    assert [u.why for u in out.unmatched] == [
        "its maker nobody is no row of vendors.csv (0 scores and costs stay out with it)"
    ]


def test_a_month_is_no_release_day(context: ImportContext) -> None:
    row = {**SCORE, "model_id": "", "proposed_id": "acme-next", "source_url": "https://elsewhere.example/x"}
    month = {**MODEL, "released": "2026-08", "input_modalities": ""}
    out = imported(context, sheet("models_2026.csv", month), sheet("reported_scores_2026.csv", row))
    assert [(m["released"], m["kind"]) for m in out.rows["models"]] == [("", "")]  # what it reads is not stated


def test_the_reviewed_lists_are_sound() -> None:
    lines = collected.mapping("collected_benchmarks.csv")
    assert all(r["table"] in (collected.SCORES, collected.COSTS) and r["benchmark_id"] for r in lines)
    assert all(effort.is_effort(r["effort"]) for r in lines if r["effort"])
    assert all(bool(r["key"]) == (r["table"] == collected.COSTS) for r in lines)
    for pattern in (r[c] for r in lines for c in ("setting", "metric", "source", "model")):
        re.compile(pattern)
    assert all(effort.is_effort(r["effort"]) for r in collected.mapping("collected_names.csv") if r["effort"])
    assert all(r["why"] for r in collected.mapping("collected_left.csv"))


@pytest.mark.parametrize(("source", "needs"), [("collected", "sources_2026.csv"), ("epoch-hub", "gpqa_diamond.csv")])
def test_a_source_without_live_address_names_its_files(tmp_path: Path, source: str, needs: str) -> None:
    with pytest.raises(BadInput, match=f"no live address: name .*{needs}.* with --file"):
        refresh.refresh(tmp_path, source)


def test_a_second_import_changes_nothing(small: Path) -> None:
    next_score = {**SCORE, "model_id": "", "proposed_id": "acme-next", "source_url": "https://elsewhere.example/x"}
    paths = []
    for file in (
        sheet("sources_2026.csv", SOURCE),
        sheet("models_2026.csv", MODEL),
        sheet("reported_scores_2026.csv", next_score),
        sheet("task_costs_2026.csv", COST),
    ):
        paths.append(small.parent / file.name)
        paths[-1].write_bytes(file.raw)
    day, today = dt.date(2026, 11, 28), dt.date(2026, 11, 29)
    first = refresh.refresh(small, "collected", paths, day, today)
    before, _ = read(small)
    again = refresh.refresh(small, "collected", paths, day, today)
    after, _ = read(small)
    assert (first.added["models"], first.added["reported_scores"], first.added["task_costs"]) == (1, 1, 1)
    assert not again.added and not again.changed
    assert before.rows == after.rows
