"""``harness choose``: its kinds, its document, its sentences, and what it refuses; the same choice in a report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness import places
from harness.__main__ import run
from harness.i18n.translator import Translator
from harness.market.choice.choose import STANDINGS
from harness.market.choice.families import families
from harness.market.choice.wish import Wish
from harness.reports import wish_text
from harness.store.rebuild import rebuild

KEYS = {"model_id", "product_id", "suitability", "low", "high", "evidence", "within_leader", "price", "provider", "provider_kind",
        "as_of", "source", "task_cost", "unknown"}  # fmt: skip
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choose")
    nothing = folder / "none"
    nothing.mkdir()
    rebuild(folder / "land.duckdb", places.catalog(), nothing, nothing, nothing)
    return folder / "land.duckdb"


@pytest.fixture(autouse=True)
def database(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_DB", str(built))
    return built


def said(capsys: Capture, *options: str, code: int = 0) -> Any:
    assert run(["choose", *options]) == code
    return capsys.readouterr()


def test_without_a_task_the_kinds_are_listed(capsys: Capture) -> None:
    out = said(capsys).out
    assert all(kind.id in out and kind.name_zh in out for kind in families().values())
    assert {row["task"] for row in json.loads(said(capsys, "--json").out)} == set(families())


def test_the_document_holds_every_row_with_price_and_evidence(capsys: Capture) -> None:
    rows = json.loads(said(capsys, "--for", "chinese", "--budget", "0.5", "--json").out)
    assert rows and all(row.keys() >= KEYS for row in rows)
    assert [row["standing"] for row in rows] == sorted((r["standing"] for r in rows), key=STANDINGS.index)
    known = [row for row in rows if row["standing"] == "known"]
    assert known and known[0]["within_leader"]
    for row in known:
        assert row["low"] < row["suitability"] < row["high"] and row["price"] <= 0.5 and row["unknown"] == []
        assert row["evidence"] == len({s["test"] for s in row["scores"] if s["weight"]})
        assert any(s["language"] == "zh" for s in row["scores"]) and all(s["url"] and s["as_of"] for s in row["scores"])
    for row in rows[len(known) :]:
        assert row["unknown"] and row["suitability"] is None and row["within_leader"] is None
        assert row["points"] is not None or row["scores"]


def test_the_answer_comes_first(capsys: Capture) -> None:
    out = said(capsys, "--for", "chinese-customer-service", "--budget", "0.5").out
    first = json.loads(said(capsys, "--for", "chinese", "--budget", "0.5", "--json").out)[0]
    assert out.startswith(f"For Chinese customer service, at most $0.50 per million tokens: {first['model']}.")
    for part in ("95% interval", "tests are reported for it", "Scores in Chinese", first["as_of"], "Known for the task",
                 "Cannot be said", "list price"):  # fmt: skip
        assert part in out


def test_what_nobody_satisfies_is_not_known(capsys: Capture) -> None:
    out = said(capsys, "--for", "mathematics", "--budget", "0.000001").out
    assert out.startswith("For Mathematics, at most $0.000001 per million tokens: not known.")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--for", "cooking"), "coding-agent"),
        (("--for", "chat", "--budget", "-1"), "budget must be"),
        (("--for", "chat", "--since", "soon"), "is no date"),
        (("--for", "chat", "--country", "France"), "code of a country"),
        (("--for", "chat", "--country", "中国"), "code of a country"),
        (("--for", "chat", "--ratio", "1e308"), "ratio must be"),
    ],
)
def test_what_cannot_be_asked_is_refused(capsys: Capture, options: tuple[str, ...], part: str) -> None:
    assert part in said(capsys, *options, code=2).err


@pytest.mark.parametrize("command", ["choose", "report"])
def test_conditions_without_a_task_are_refused(capsys: Capture, command: str) -> None:
    assert run([command, "--budget", "1"]) == 2
    assert "--for" in capsys.readouterr().err


def test_a_report_holds_the_choice_and_verifies(capsys: Capture, tmp_path: Path) -> None:
    options = ["--for", "chinese", "--budget", "0.5", "--format", "md", "--lang", "zh", "--out", str(tmp_path)]
    assert run(["report", *options]) == 0
    (file,) = tmp_path.glob("*chinese-customer-service*.md")
    text = file.read_text(encoding="utf-8")
    assert "## 选择模型" in text and "首选" in text and not re.search(r"\{\w+\}", text)
    assert run(["report", "--verify", str(file)]) == 0


def test_every_condition_is_said_in_both_languages() -> None:
    wish = Wish("chat", 1.0, 0.1, 3.0, True, "permissive", "zh", ("CN",), ("US",), 8000, ("image",), 80.0, 8).checked()
    for language, parts in {
        "en": ("open weights", "made in China", "reads images"),
        "zh": ("开放权重", "中国", "图像"),
    }.items():
        text = wish_text.wish_text(Translator(language), wish)
        assert all(part in text for part in parts) and "{" not in text


def test_every_unknown_has_words() -> None:
    for language in ("en", "zh"):
        assert wish_text.unknown(Translator(language), wish_text.UNKNOWN).count("{") == 0
