"""Leaderboards as CSV: a table of unknown columns asks for a mapping, a bad mapping is refused with all its problems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput
from harness.interchange.imported_run import ImportReport
from harness.interchange.importing import import_path
from tests.interchange import builders as b


def test_a_table_without_meaning_asks_for_a_mapping(tmp_path: Path) -> None:
    report = import_path(b.write(tmp_path / "t.csv", "name,x\na,1\n"), runs_dir=tmp_path / "r")
    assert "--mapping" in report.refused[0].reason
    bad = b.write(tmp_path / "bad.yaml", "scores: {x: {unit: miles}}\nreporter: me\n")
    with pytest.raises(BadInput, match="cannot be used") as caught:
        import_path(tmp_path / "t.csv", runs_dir=tmp_path / "r", mapping=bad)
    assert len(caught.value.problems) == 4
    other = b.write(tmp_path / "other.yaml", "model: y\nscores: {x: MMLU}\n")
    report = import_path(tmp_path / "t.csv", runs_dir=tmp_path / "r", mapping=other)
    assert "lacks the columns y" in report.refused[0].reason


def reported(tmp_path: Path, name: str, text: str) -> tuple[list[dict[str, Any]], ImportReport]:
    report = import_path(b.write(tmp_path / name, text), runs_dir=tmp_path / "r")
    return [row for table in report.tables for row in pq.read_table(table).to_pylist()], report


def test_every_line_of_a_table_is_a_score_a_refusal_or_counted(tmp_path: Path) -> None:
    lines = [
        'acme/a,Toy,"2,345.5",points',
        "acme/b,Toy,61.5 %,",
        "acme/c,Toy,61.5 ± 0.4,percent",
        'acme/d,Toy,"61,5",percent',
        "acme/e,Toy,–,percent",
        "acme/f,Toy,61,5,percent",
        "acme/g,,50,percent",
        "acme/h,Toy",
        ",Toy,50,percent",
        "",
        'acme/i,Toy,"3.5\n",points',
        "acme/j,Toy,3.5k,points",
        "acme/k,Toy,120,fraction",
        "acme/l,Toy,61.5%,points",
    ]
    rows, report = reported(tmp_path, "board.csv", "model,benchmark,score,unit\n" + "\n".join(lines) + "\n")
    assert {(r["model_id"], r["score"], r["unit"], r["setting"]) for r in rows} == {
        ("acme/a", 2345.5, "points", None),
        ("acme/b", 61.5, "percent", None),
        ("acme/c", 61.5, "percent", "± 0.4"),
        ("acme/i", 3.5, "points", None),
    }
    assert [r.file for r in report.refused] == [
        "board.csv line 5, column score",
        "board.csv line 7",
        "board.csv line 8, column score",
        "board.csv line 10",
        "board.csv line 14, column score",
        "board.csv line 15, column score",
        "board.csv line 16, column score",
    ]
    assert report.without_figure == 2  # a dash, and a line that ends before its score


def test_arenas_of_other_things_than_chat_are_no_chatbot_arena(tmp_path: Path) -> None:
    text = "model,arena_score,95_pct_ci,votes\nacme/a,1200,+5/-5,90\n"
    for name in (
        "lmarena_image.csv",
        "lmarena_vision.csv",
        "lmarena_webdev.csv",
        "text_to_image_arena.csv",
        "board.csv",
    ):
        rows, report = reported(tmp_path / name, name, text)
        assert not rows and "--mapping" in report.refused[0].reason, name
    rows, _ = reported(tmp_path / "t", "2026-05-01-lmarena_text.csv", text)
    assert [(r["benchmark"], r["score"]) for r in rows] == [("chatbot-arena", 1200.0)]
    mixed = "model,arena_score,95_pct_ci,votes,category\nacme/a,1200,+5/-5,90,text\nacme/a,900,+5/-5,90,webdev\n"
    rows, report = reported(tmp_path / "m", "lmarena_text.csv", mixed)
    assert [r["score"] for r in rows] == [1200.0] and "another board" in report.refused[0].reason


def test_precisions_of_one_model_are_settings_of_their_own(tmp_path: Path) -> None:
    text = (
        "fullname,precision,weight_type,arc,hellaswag,mmlu,truthfulqa,winogrande,gsm8k\n"
        "acme/a,bfloat16,Original,50,50,50,50,50,50\nacme/a,4bit,Original,40,50,50,50,50,50\n"
    )
    rows, _ = reported(tmp_path, "v1.csv", text)
    arc = {r["setting"]: r["score"] for r in rows if r["benchmark"] == "arc-challenge-open-llm-leaderboard-v1"}
    assert arc == {"25-shot; bfloat16; Original": 0.5, "25-shot; 4bit; Original": 0.4}


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    _, report = reported(tmp_path, "b.csv", "model,benchmark,score,score\nacme/a,Toy,1,2\n")
    assert "several columns named score" in report.refused[0].reason


def test_a_model_that_is_told_twice_is_told_one_way(tmp_path: Path) -> None:
    lines = [
        "1,acme/a,Toy,0.50,low", "2,acme/b,Toy,0.70,", "3,acme/a,Toy,0.60,high", "4,acme/c,Toy,0.40,",
        "5,acme/b,Toy,0.70,", "6,acme/c,Toy,0.45,",
    ]  # fmt: skip
    rows, report = reported(tmp_path, "board.csv", "rank,model,benchmark,score,mode\n" + "\n".join(lines) + "\n")
    assert sorted((r["model_id"], r["score"]) for r in rows) == [("acme/a", 0.5), ("acme/a", 0.6), ("acme/b", 0.7)]
    assert [r.file for r in report.refused] == ["board.csv line 5", "board.csv line 7"]
    assert all("0.4 in line 5, 0.45 in line 7" in r.reason and "acme/c" in r.reason for r in report.refused)
