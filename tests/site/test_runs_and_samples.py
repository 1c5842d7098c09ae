"""The evidence: items with their texts, hidden where they may not be shown, harmless everywhere."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.i18n.translator import Translator, messages, slug
from harness.interchange.foreign.identity import GIVEN
from harness.site.evidence import run_findings, runs
from tests.site.conftest import Open, changed, rows, table, texts

ROOT = Path(__file__).resolve().parents[2]


def _page(site: Open, filled: Path, **choices: object) -> object:
    return site(filled, "runs_and_samples", runs_origin=["Measured"], **choices)


def test_an_item_is_shown_in_full(site: Open, filled: Path) -> None:
    at = _page(site, filled)
    assert not at.exception and not at.error
    shown = [block.value for block in at.code]
    assert any(block.startswith("Question 0 of") and "<b>city</b>" in block for block in shown), "as it is, as code"


def test_texts_that_may_not_be_passed_on_are_hidden_in_public(site: Open, filled: Path) -> None:
    for measure, hidden in (("topic_zh · acc", True), ("topic_en · acc", False)):
        at = _page(site, filled, public=True, measure=measure)
        assert not at.exception and not at.error
        assert ("Question 0 of" in texts(at)) is not hidden
        assert ("prompt" in at.dataframe[1].value.columns) is not hidden


def test_words_and_wrong_ones_filter_the_items(site: Open, filled: Path) -> None:
    whole = _page(site, filled, measure="topic_en · acc").dataframe[1].value
    found = _page(site, filled, measure="topic_en · acc", words="question 17 ").dataframe[1].value
    assert list(found["item"]) == [17]
    wrong = _page(site, filled, measure="topic_en · acc", wrong="true").dataframe[1].value
    assert set(wrong["value"]) == {0.0} and len(wrong) <= len(whole)


def test_answers_cannot_start_a_formula(site: Open, filled: Path) -> None:
    shown = _page(site, filled, measure="topic_en · acc", wrong="true").dataframe[1].value
    assert all(not str(text).startswith("=") for text in shown["response"])


@pytest.mark.parametrize("part", ["Scores", "Manifest", "Difference to another run"])
def test_every_part_of_a_run_opens(site: Open, filled: Path, part: str) -> None:
    at = _page(site, filled, part=part)
    assert not at.exception and not at.error


def test_an_imported_run_has_outcomes_without_texts(site: Open, filled: Path) -> None:
    at = site(filled, "runs_and_samples", runs_origin=["Imported"])
    assert not at.exception and not at.error
    assert "texts of this run are not on this machine" in texts(at)
    assert "value" in at.dataframe[1].value.columns


@pytest.mark.parametrize(("language", "why"), [("en", "only its last part was measured"), ("zh", "只测到最后一段")])
def test_a_run_that_was_not_measured_as_a_whole_has_no_speed(site: Open, filled: Path, language: str, why: str) -> None:
    perf = rows(filled, "SELECT run_id, complete, tokens_per_s FROM perf").set_index("run_id")
    whole, part = perf[perf["complete"]], perf[~perf["complete"]]
    assert len(whole) and len(part) == 1 and part["tokens_per_s"].notna().all()
    at = site(filled, "runs_and_samples", run=str(part.index[0]), lang=language)
    shown = table(at, "tokens_per_s").set_index("run_id")["tokens_per_s"]
    assert shown[whole.index].tolist() == whole["tokens_per_s"].tolist() and shown.drop(whole.index).isna().all()
    assert [metric.value for metric in at.metric][2:] == ["–"] * 3
    assert all(why in metric.proto.help for metric in list(at.metric)[2:])
    other = site(filled, "runs_and_samples", run=str(whole.index[0]), lang=language)
    assert other.metric[2].value == f"{whole['tokens_per_s'].iloc[0]:,.0f}" and other.metric[4].value != "–"


def test_an_imported_run_was_not_resumed_but_recorded_without_its_speed() -> None:
    run = {"complete": False, "origin": "imported", "device_name": None}
    seen = SimpleNamespace(say=Translator("en"))
    assert runs.perf_note(seen, run) == "What this run took was not recorded."
    assert "resumed" in runs.perf_note(seen, run | {"origin": "measured"})


def test_a_page_beyond_the_last_says_so(site: Open, filled: Path) -> None:
    at = _page(site, filled, samples_page="99")
    assert not at.exception and at.info


def test_two_runs_of_a_model_are_told_apart(site: Open, filled: Path) -> None:
    first = site(filled, "runs_and_samples", runs_origin=["Measured"], runs_model="-again")
    assert "Partial" in first.dataframe[0].value["verdict_short"].iloc[0]
    label = first.selectbox(key="run").options[0]
    at = site(filled, "runs_and_samples", run=label, part="Difference to another run")
    assert not at.exception and not at.error
    changed, moved = at.dataframe[1].value, at.dataframe[2].value
    assert "dtype" in set(changed.iloc[:, 0])
    assert moved["moved"].round(6).eq(0.01).all() and len(moved) == 5


def test_a_manifest_is_flattened_without_what_always_differs() -> None:
    manifest = {
        "run_id": "x",
        "sealed": "now",
        "model": {"id": "m", "params": 3},
        "dtype": "bf16",
        "tasks": [{"task": "a"}],
    }
    assert runs.flat(manifest) == {"model.id": "m", "model.params": "3", "dtype": "bf16", "tasks": '[{"task": "a"}]'}


@pytest.mark.parametrize("dtype", [None, float("nan")])
def test_a_run_of_unknown_precision_is_labelled_by_its_engine(dtype: object) -> None:
    run = {
        "run_id": "a" * 20,
        "model": "org/a",
        "suite_name": "eee",
        "dtype": dtype,
        "engine": "imported",
        "sealed": None,
    }
    assert runs.label(run) == "org/a · eee · imported · – · aaaaaaaa"


def _codes() -> Iterator[str]:
    """Codes that the package writes into verdicts: findings of its own runs and notes on imported ones."""
    for room in ("runs/verdict", "interchange"):
        for path in (ROOT / "harness" / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in ("Finding", "note"):
                    code = call.args[0]
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        yield code.value


def test_every_finding_on_a_run_has_a_meaning_in_both_languages() -> None:
    codes = set(_codes())
    assert {"at-chance", "revision-unknown"} <= codes
    meanings = {key for key in messages() if key.startswith("run_finding.")}
    assert {f"run_finding.{slug(code)}" for code in codes | {GIVEN}} == meanings


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"code": "at-chance", "message": "No score"}, "**没有任何得分高于随机水平** · No score"),
        ({"code": "of-tomorrow", "message": "New"}, "New"),
        ("*Old* text", r"\*Old\* text"),
    ],
)
def test_a_finding_is_explained_in_the_language_shown(entry: object, said: str) -> None:
    assert run_findings.explained(Translator("zh"), json.dumps([entry])) == [said]


def test_a_source_record_of_a_run_reads_as_a_title_with_its_link() -> None:
    record = {
        "title": "owner/results",
        "url": "https://example.org/results",
        "commit": "3015ac6",
        "licence": "MIT",
        "file": "a.parquet",
    }
    assert runs.source_text(json.dumps(record)) == "[owner/results](https://example.org/results) · 3015ac6 · MIT"
    assert runs.source_text(json.dumps({"tool": "inspect", "url": "javascript:alert(1)"})) == "inspect"
    assert runs.source_text("a folder") == "a folder"
    assert runs.source_text(None) == ""


def test_what_a_verdict_notes_of_many_runs_is_said_in_the_language_shown() -> None:
    verdict = json.dumps(
        [{"code": "tries", "message": "Some items …"}, {"code": "limited", "message": "limit 2"}, "as it is"]
    )
    assert run_findings.explained(Translator("zh"), verdict) == [
        "部分题目试答多次；其得分与成本为各次的平均。",
        "**只评了部分题目** · limit 2",
        "as it is",
    ]


def test_an_import_has_no_engine_but_its_origin_in_words(site: Open, filled: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(filled, tmp_path / "imported"))
    changed(folder / "land.duckdb", "UPDATE run SET engine = 'imported' WHERE origin = 'imported'")
    shown = table(site(folder, "runs_and_samples", lang="zh"), "engine")
    imported = shown["origin_name"].eq("导入")
    assert imported.any() and shown.loc[imported, "engine"].eq("导入").all()
    assert not shown["engine"].eq("imported").any()
