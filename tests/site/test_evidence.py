"""The evidence drawer: it opens from an address and from buttons, shows the number with its source, and every table's rows lead to it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from harness.i18n.translator import Translator
from harness.market.evidence.reference import read
from harness.site.evidence import drawer
from harness.site.server import view
from harness.site.widgets import evidence_links
from tests.site.conftest import Open, rows, texts


def plain(at: AppTest) -> str:
    return texts(at).replace("\\", "").replace("\u2060", "")


@pytest.fixture
def disputed(filled: Path) -> pd.Series[Any]:
    """A model with two reports of one score: the maker's and, lower by three per cent, a third party's."""
    found = rows(
        filled,
        "SELECT model_id, max(score) AS high, min(score) AS low FROM reported_score WHERE benchmark_id = 'mmlu' GROUP BY 1 "
        "HAVING count(*) = 2 ORDER BY 1",
    )
    return found.iloc[0]


def test_the_address_opens_a_score_with_its_source_and_the_other_report(
    site: Open, filled: Path, disputed: pd.Series[Any]
) -> None:
    at = site(
        filled, "model", model=disputed["model_id"], about="scores", evidence=f"score:{disputed['model_id']}:mmlu"
    )
    assert not at.exception and not at.error
    said = plain(at)
    source = rows(filled, "SELECT title, url FROM source WHERE source_id = 'papers'").iloc[0]
    shown = next(m.value.replace("\\", "") for m in at.markdown if "on MMLU" in m.value)
    other = next(m.value.replace("\\", "") for m in at.markdown if "same source" in m.value)
    assert {f"{disputed['high']:.4g}" in shown, f"{disputed['low']:.4g}" in shown} == {True, False}
    first, second = (
        (disputed["high"], disputed["low"])
        if f"{disputed['high']:.4g}" in shown
        else (disputed["low"], disputed["high"])
    )
    assert f"**{second:,.4g}** ({second - first:+.3f})".replace("-", "\N{MINUS SIGN}") in other
    assert f"[{source['title']}]({source['url']})" in said
    assert "Other reports of this score (1)" in said and "2025-12-01" in said and "5-shot" in said


@pytest.mark.parametrize("asked", ["score:nobody:mmlu", "nonsense", "price:<b>x</b>", "points:krill-9"])
def test_an_unknown_number_is_a_sentence(site: Open, filled: Path, asked: str) -> None:
    at = site(filled, "overview", evidence=asked)
    assert not at.exception and not at.error
    assert f"Nothing in this database is called “{asked}”" in plain(at)
    assert at.title[0].value, "the page stands behind it"


def test_a_failure_stays_in_the_drawer(site: Open, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(drawer, "find", broken)
    at = site(filled, "overview", evidence="price:aurora-1-0.6b")
    assert [e.value for e in at.error] == [Translator()("evidence.failed")]
    assert len(at.get("plotly_chart")) > 0


def test_the_answers_of_the_first_page_open_their_numbers(site: Open, filled: Path) -> None:
    at = site(filled, "overview")
    for key in ("lead", "open"):
        at.button(key=f"open-evidence-{key}").click().run()
        references = at.query_params[evidence_links.KEY]
        assert len(references) == 2 and all(text.startswith("points:") for text in references)
        said = plain(at)
        assert "The scores behind the points" in said and "95% interval" in said
        assert any("models=" in link.proto.query_string for link in at.get("page_link"))
    at.button(key="open-evidence-value").click().run()
    kinds = [text.split(":")[0] for text in at.query_params[evidence_links.KEY]]
    assert kinds[0] == "price" and "What every other seller asks" in plain(at)


PAGES = {
    "model-scores": ("model", {"about": "scores"}, ("score",)),
    "model-prices": ("model", {"about": "prices"}, ("offer", "cost")),
    "capability": ("capability", {}, ("points",)),
    "capability-benchmark": ("capability", {"tab": "benchmark"}, ("score",)),
    "head-to-head": ("head_to_head", {}, ("score", "price", "cost")),
    "cost-prices": ("cost", {"part": "prices"}, ("price",)),
    "cost-tasks": ("cost", {"part": "tasks"}, ("cost",)),
    "profile": ("companies", {"view": "profile", "vendor": "aurora"}, ("input", "fact", "relation", "price", "points")),
    "against": ("companies", {"view": "against", "vendors": ["aurora", "cinder"]}, ("input", "fact")),
    "money": ("companies", {"view": "money"}, ("relation",)),
    "opportunities": ("opportunities", {}, ("points", "price")),
    "choose": ("choose", {}, ("price",)),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_row_of_every_table_leads_to_a_number(
    site: Open, filled: Path, disputed: pd.Series[Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, choices, kinds = PAGES[name]
    met: list[str] = []
    labelled = evidence_links.labelled

    def noted(frame: pd.DataFrame) -> pd.DataFrame:
        met.extend(" ".join(frame.get(evidence_links.COLUMN, [])).split())
        return labelled(frame)

    monkeypatch.setattr(evidence_links, "labelled", noted)
    at = site(filled, page, **({"model": disputed["model_id"]} if page == "model" else {}), **choices)
    assert not at.exception and not at.error
    assert {text.split(":")[0] for text in met} >= set(kinds)
    seen = view.in_language(Translator())
    lost = [text for text in dict.fromkeys(met) if (found := read(text)) is None or drawer.find(seen, found) is None]
    assert not lost


def test_a_row_is_opened_by_its_button_and_by_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {"grid": SimpleNamespace(row=1), "list": 0, "opener": True}
    asked: dict[str, list[str]] = {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "query_params", asked)
    evidence_links._press("grid", ["price:a", "score:a:b score:c:b"])
    assert asked == {evidence_links.KEY: ["score:a:b", "score:c:b"]}
    evidence_links._choose("list", "opener", ["price:a"])
    assert asked == {evidence_links.KEY: ["price:a"]} and state == {"grid": state["grid"], "opener": False}
    evidence_links.close()
    assert asked == {}


def test_the_drawer_is_chinese_in_chinese(site: Open, filled: Path, disputed: pd.Series[Any]) -> None:
    asked = [f"score:{disputed['model_id']}:mmlu", f"price:{disputed['model_id']}", f"points:{disputed['model_id']}"]
    at = site(filled, "methodology", lang="zh", evidence=asked)
    assert not at.exception and not at.error
    said = plain(at)
    assert "来源：" in said and "同一成绩的其他报告" in said
    assert not [
        word for word in ("Source", "Reported by", "median of", "third party", "points") if word in said.split("# ")[0]
    ]
