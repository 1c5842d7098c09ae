"""Epoch's Benchmarking Hub: own runs and taken-over scores, efforts, errors, dates, doubles."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from harness.catalog.import_context import ImportContext, Imported, SourceFile
from harness.catalog.importers import collected, epoch_hub
from harness.catalog.names.matching import index_names
from harness.catalog.tables import Catalog, Row
from tests.catalog.conftest import small_rows


@pytest.fixture
def context() -> ImportContext:
    rows = small_rows()
    tests = {r["benchmark_id"] for r in collected.mapping("epoch_hub_benchmarks.csv")}
    index = index_names(
        rows["models"], rows["vendors"], rows["providers"], rows["aliases"],
        [{"benchmark_id": b} for b in sorted(tests)], "2026-04-19",
    )  # fmt: skip
    there = Catalog()
    there.rows.update(rows)
    return ImportContext(index, dt.date(2026, 4, 19), "epoch-hub-2026-04-19", there)


def imported(context: ImportContext, name: str, *lines: str) -> Imported:
    return epoch_hub.read([SourceFile(f"{name}.csv", ("\n".join(lines) + "\n").encode())], context)


def only(out: Imported, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(r[c] for c in columns) for r in out.rows["reported_scores"]]


def test_own_runs_have_error_day_and_effort(context: ImportContext) -> None:
    out = imported(
        context,
        "gpqa_diamond",
        "Model version,mean_score,Release date,Organization,stderr,Started at",
        "acme-7b_16K,0.83585858,2026-01-15,Acme,0.02227446,2026-04-15T14:03:19.000Z",
        "acme-large_unknown,0.5,,Acme,0.03,",
        "acme-7b_high,0.9,2026-01-15,Acme,,2026-01-14T23:00:00.000Z",
        "acme-reasoner,0.6,2026-01-15,Acme,0.03,2026-03-01T00:00:00.000Z",
    )
    assert only(out, "model_id", "effort", "score", "stderr", "as_of") == [
        ("acme-7b-instruct", "16k", "0.835859", "0.022274", "2026-04-15"),
        ("acme-large", "default", "0.5", "0.03", "2026-04-19"),
        ("acme-reasoner", "thinking", "0.6", "0.03", "2026-03-01"),
    ]
    assert {(r["reported_by"], r["evidence"], r["source_id"]) for r in out.rows["reported_scores"]} == {
        ("Epoch AI", "primary", "epoch-hub-2026-04-19")
    }
    assert [u.why for u in out.unmatched] == ["of 2026-01-14, before the release of acme-7b-instruct on 2026-01-15"]


def test_a_boards_own_name_or_a_note_may_state_the_effort(context: ImportContext) -> None:
    out = imported(
        context,
        "hle_external",
        "Model version,Accuracy,Name,Notes",
        "acme-7b_unknown,0.31,Acme 7B (High),",
        "acme-7b,0.32,acme-7b-thinking,",
        'acme-7b,0.33,"Acme 7B (Thinking, None)",',
        "acme-7b,0.34,,Adaptive thinking. From the board",
        "acme-7b,0.35,,Thinking level unknown. From the card",
        "acme-7b,0.36,Acme 7B (100 steps),Ambiguous reasoning effort",
        "acme-7b_16K,0.37,Acme 7B (Low),",
    )
    assert only(out, "score", "effort") == [
        ("0.31", "high"),
        ("0.32", "thinking"),
        ("0.33", "none"),
        ("0.34", "thinking"),
        ("0.35", "default"),
        ("0.36", "default"),
        ("0.37", "16k"),
    ]


def test_taken_over_scores_are_secondary_and_keep_their_day(context: ImportContext) -> None:
    out = imported(
        context,
        "aider_polyglot_external",
        "Model version,Percent correct,Source,Source link,Date of evaluation",
        "acme-7b_high,41.8,Aider LLM Leaderboards,https://aider.chat/x,2026-02-03",
        "acme-large,52.1%,Aider LLM Leaderboards,https://aider.chat/x,",
        ",60,Aider LLM Leaderboards,https://aider.chat/x,",
    )
    assert only(out, "score", "as_of", "evidence", "reporter", "source_id") == [
        ("0.418", "2026-02-03", "secondary", "third-party", "reported-aider-chat-x"),
        ("0.521", "2026-04-19", "secondary", "third-party", "reported-aider-chat-x"),
    ]
    assert [(u.name, u.why) for u in out.unmatched] == [("1 rows", "Epoch names no model version")]


def test_a_level_beside_a_budget_counts_and_a_version_that_is_anothers_stays_out(context: ImportContext) -> None:
    out = imported(
        context,
        "arc_agi_2_external",
        "Model version,Score,Name,Source",
        'acme-large_120K,0.5,"Acme Large (120K, Max)",',
        'acme-large_16K,0.4,"Acme Large (Thinking 16K)",',
        "qwen/qwen3-235b-a22b-thinking-2507,0.3,,WeirdML Leaderboard",
    )
    assert only(out, "score", "effort") == [("0.5", "max-120k"), ("0.4", "16k")]
    assert [(u.kind, u.name) for u in out.unmatched] == [("model", "qwen/qwen3-235b-a22b-thinking-2507")]


def test_half_an_interval_becomes_an_error(context: ImportContext) -> None:
    out = imported(context, "hle_external", "Model version,Accuracy,Accuracy Standard Error", "acme-large,0.3752,0.019")
    assert only(out, "score", "stderr", "reported_by") == [("0.3752", "0.009694", "Scale AI")]
    apex = imported(
        context, "apex_agents_external", "Model version,Pass@1 score,Pass@1 Standard Error", "acme-large,0.298,3.6"
    )
    assert only(apex, "score", "stderr", "reported_by") == [("0.298", "", "Mercor")]


def test_no_maker_is_guessed_and_web_apps_stay_out(context: ImportContext) -> None:
    out = imported(
        context,
        "vpct_external",
        "Model version,Correct,Release date,Organization,Source",
        "acme-next,0.5,2026-03-01,Acme,VPCT leaderboard",
        "acme-other,0.4,2026-03-01,,VPCT leaderboard",
        "acme-large-web-app,0.6,2026-03-01,Acme,VPCT leaderboard",
    )
    assert [(m["model_id"], m["vendor_id"], m["released"]) for m in out.rows["models"]] == [
        ("acme-next", "acme", "2026-03-01")
    ]
    assert {u.name for u in out.unmatched} == {"acme-other", "acme-large-web-app"}


def test_one_file_may_hold_several_set_ups(context: ImportContext) -> None:
    out = imported(
        context,
        "os_world_external",
        "Model version,Score,Agent,Date added",
        "acme-large,62.9,acme-large (100 steps),2026-01-30",
        "acme-large,40,acme-large (15 steps),2026-01-30",
        "acme-large,44,acme-large (30 steps),2026-01-30",
    )
    assert only(out, "benchmark_id", "score") == [
        ("osworld-verified-100-steps", "0.629"),
        ("osworld-verified-15-steps", "0.4"),
    ]
    assert [(u.kind, u.name, u.why) for u in out.unmatched] == [
        (
            "set-up",
            "beside osworld-verified-15-steps: Agent acme-large (30 steps)",
            "no reviewed line for this set-up (acme-large: 44)",
        )
    ]


def test_a_paper_of_the_year_before_takes_the_release_day(context: ImportContext) -> None:
    out = imported(
        context,
        "mmlu_external",
        "Model version,EM,Shots,Source,Source link",
        "acme-7b,0.5,5,Acme Technical Report,https://arxiv.org/abs/2512.00001",
        "acme-7b,0.6,5,Old Report,https://arxiv.org/abs/2401.00001",
    )
    assert only(out, "score", "setting", "as_of") == [("0.5", "5-shot", "2026-01-15")]
    assert [u.why for u in out.unmatched] == ["of 2024-01-01, before the release of acme-7b-instruct on 2026-01-15"]


@pytest.mark.parametrize(
    ("score", "by", "effort", "doubles"),
    [
        ("0.8355", "Epoch AI", "high", 1),
        ("0.8355", "Epoch AI collection", "high", 1),
        ("0.84", "Epoch AI", "high", 1),
        ("0.8355", "Somebody else", "high", 0),
        ("0.8345", "Epoch AI", "high", 0),
        ("0.8355", "Epoch AI", "low", 0),
    ],
)
def test_a_score_of_the_older_collection_is_not_repeated(
    context: ImportContext, score: str, by: str, effort: str, doubles: int
) -> None:
    there: Row = {
        "model_id": "acme-large", "benchmark_id": "gpqa-diamond-epoch", "effort": effort, "score": score,
        "reported_by": by,
    }  # fmt: skip
    context.there.rows["reported_scores"] = [there]
    out = imported(
        context,
        "gpqa_diamond",
        "Model version,mean_score,Best score (across scorers),stderr,Started at",
        "acme-large_high,0.8359,0.84,0.02,2026-04-15T14:03:19.000Z",
    )
    assert len(out.rows["reported_scores"]) == 1 - doubles
    assert [u.name for u in out.unmatched] == ["1 scores"] * doubles


def test_a_page_without_a_new_score_is_no_source(context: ImportContext) -> None:
    lines = "Model version,EM,Source,Source link", "acme-7b,0.6,Old Report,https://arxiv.org/abs/2401.00001"
    assert imported(context, "mmlu_external", *lines).rows["sources"] == []


def test_the_index_and_unknown_files_stay_out(context: ImportContext) -> None:
    for name in ("epoch_capabilities_index", "eci_scaling"):
        (left,) = imported(context, name, "Model version,ECI Score", "acme-large,150").unmatched
        assert left.why.startswith("Epoch's own index")
    (left,) = imported(context, "unheard", "a", "1").unmatched
    assert left.why == "no mapping for it"


def test_the_reviewed_list_is_sound() -> None:
    for line in collected.mapping("epoch_hub_benchmarks.csv"):
        re.compile(line["pattern"])
        assert bool(line["by"]) == bool(line["pattern"])
        assert int(line["per"]) in (1, 100)
        assert (float(line["stderr_per"]) > 0) if line["stderr"] else not line["stderr_per"]
        assert not line["file"].startswith(("epoch_capabilities_index", "eci_"))
