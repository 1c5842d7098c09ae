"""Tables: which columns stand in a width, what their cells say, how they print, where their names lead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

from harness.i18n.translator import Translator
from harness.site.widgets import glossary_help
from harness.site.widgets.tables import fit, paper
from harness.site.widgets.tables.cell_text import cell_text
from tests.site.conftest import Open

HEAD = st.column_config
COLUMNS = {
    "model": HEAD.TextColumn("Model", pinned=True),
    "points": HEAD.NumberColumn("Points", format="%.1f"),
    "low": HEAD.NumberColumn("95 % low", format="%.1f"),
    "segment_name": HEAD.TextColumn("Segment"),
    "why": HEAD.TextColumn("Why"),
    "price": HEAD.NumberColumn("Price", format="$%.4g"),
}
FRAME = pd.DataFrame(
    {
        "model": ["Aurora 2 of a very long name indeed, preview"] * 3,
        "points": [150.04, 3.0, None],
        "low": [1.0, 2.0, 3.0],
        "segment_name": ["Start-up"] * 3,
        "why": ["a sentence of some length that does not fit into a column of a table by any means"] * 3,
        "price": [1.25, 1234.5, 0.1],
    }
)


@pytest.mark.parametrize("room", [300, 348, 500, 700, 940, 1400])
def test_columns_fill_no_more_than_the_room(room: int) -> None:
    found = fit.fit(FRAME, COLUMNS, list(COLUMNS), room)
    assert sum(found.widths.values()) <= room
    assert next(iter(found.widths)) == "model"
    assert set(found.widths) | set(found.hidden) == set(COLUMNS)


def test_a_wide_room_holds_all_and_a_narrow_one_the_first_that_matter() -> None:
    assert fit.fit(FRAME, COLUMNS, list(COLUMNS), 1400).hidden == ()
    narrow = fit.fit(FRAME, COLUMNS, list(COLUMNS), 348)
    assert list(narrow.widths)[:2] == ["model", "points"] and "segment_name" in narrow.hidden and "low" in narrow.hidden


def test_a_text_has_the_width_that_its_page_asks_for_before_later_columns_come() -> None:
    asking = COLUMNS | {"why": HEAD.TextColumn("Why", width=340)}
    found = fit.fit(FRAME, asking, list(COLUMNS), 940)
    assert found.widths["why"] >= 340 > fit.fit(FRAME, COLUMNS, list(COLUMNS), 940).widths["why"]
    assert sum(found.widths.values()) <= 940
    assert fit.fit(FRAME, asking, list(COLUMNS), 700).hidden


def test_chinese_takes_twice_the_width() -> None:
    assert fit.text_width("综合能力") > 1.8 * fit.text_width("abcd")


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        (1234.5, "$%,.2f", "$1,234.50"),
        (0.256, "percent", "25.6%"),
        (12, "%d", "12"),
        (1234567, "%,d", "1,234,567"),
        (-0.5, "%+.2f", "-0.50"),
        (3.0, "%.1f%%", "3.0%"),
        (1_500_000, "compact", "1.5M"),
        (float("nan"), "%.1f", "–"),
        (pd.NA, "%.1f", "–"),
        (None, None, "–"),
        (date(2026, 7, 2), "YYYY-MM-DD", "2026-07-02"),
        (pd.Timestamp("2026-07-02 10:05"), "YYYY-MM-DD HH:mm", "2026-07-02 10:05"),
        (pd.NaT, "YYYY-MM-DD", "–"),
        ("a\n b", None, "a b"),
    ],
)
def test_a_cell_says_what_its_format_says(value: object, form: str | None, said: str) -> None:
    assert cell_text(value, {"type_config": {"format": form}}) == said


def test_paper_has_the_rows_as_text_and_says_how_many_more() -> None:
    frame = pd.concat([FRAME] * 20, ignore_index=True).assign(model="<b>A</b>")
    text = paper.html(Translator("en"), frame, COLUMNS, list(COLUMNS), "Models & more")
    assert text.count("<tr>") == 1 + paper.MOST and "and 20 more rows" in text
    assert "<b>" not in text and "&lt;b&gt;A&lt;/b&gt;" in text and "Models &amp; more" in text
    assert "<td>150.0<td>1.0<td>Start-up" in text


def test_a_column_of_a_term_explains_itself_and_keeps_its_own_help() -> None:
    say = Translator("en")
    own = {
        "a": HEAD.NumberColumn(say("scale.points")),
        "b": HEAD.NumberColumn(say("scale.points"), help="own"),
        "c": None,
    }
    out = glossary_help.explained(say, own)
    assert "Claude 3.5 Sonnet" in out["a"]["help"] and out["b"]["help"] == "own" and out["c"] is None


def test_a_name_opens_its_page_from_the_keyboard(site: Open, filled: Path) -> None:
    at = site(filled, "capability", origin="reported")
    box = next(b for b in at.selectbox if b.label == "Open a model …")
    assert box.value is None and len(box.options) > 1
    wanted = box.options[1]
    box.select(wanted).run()
    assert at.title[0].value.replace("\\", "") == wanted


def test_no_name_is_a_moving_one() -> None:
    """The shipped catalog: what "Latest" means today is its product; no name of a product says it."""
    models = pd.read_csv(
        Path(__file__).resolve().parents[2] / "data/catalog/models.csv", dtype=str, keep_default_na=False
    )
    own = models[models["model_id"] == models["product_id"]]
    assert len(own) > 500
    assert list(own[own["name"].str.contains(r"(?i)\blatest\b")]["name"]) == []


def test_a_name_is_whole_before_a_sentence_grows() -> None:
    room = 900
    found = fit.fit(FRAME, COLUMNS, list(COLUMNS), room)
    assert found.widths["model"] > fit.text_width(str(FRAME["model"].iloc[0]))
    assert found.widths["why"] < fit.text_width(str(FRAME["why"].iloc[0]))


def two_models(count: int = 2) -> tuple[pd.DataFrame, dict[str, object]]:
    """Tests by the scores of models with long names, with the number of items between."""
    names = [f"Gemini 3.1 Pro Preview {i}" for i in range(count)]
    frame = pd.DataFrame({"test": ["SWE-bench Multimodal, solvable tasks"], "n": [500], **dict.fromkeys(names, 95.84)})
    heads = {"test": HEAD.TextColumn("Benchmark", pinned=True), "n": HEAD.NumberColumn("Items", format="%,d"),
             **{name: HEAD.NumberColumn(name, format="%.1f%%") for name in names}}  # fmt: skip
    return frame, heads


@pytest.mark.parametrize("room", [308, 348, 360])
def test_what_stands_together_is_in_sight_together_on_a_telephone(room: int) -> None:
    frame, heads = two_models()
    models = [name for name in heads if name.startswith("Gemini")]
    alone = fit.fit(frame, heads, list(heads), room)
    assert not set(models) <= set(alone.widths), "without a word one of them is hidden"
    found = fit.fit(frame, heads, list(heads), room, models)
    assert list(found.widths) == ["test", *models] and sum(found.widths.values()) <= room
    for name in models:
        assert found.widths[name] >= fit.text_width("95.8%") + 18, "the figure is whole"
    assert found.widths["test"] >= 100


def test_together_changes_nothing_where_there_is_room() -> None:
    frame, heads = two_models()
    models = [name for name in heads if name.startswith("Gemini")]
    assert fit.fit(frame, heads, list(heads), 900, models) == fit.fit(frame, heads, list(heads), 900)


def test_of_too_many_together_as_many_as_fit_are_in_sight() -> None:
    frame, heads = two_models(5)
    models = [name for name in heads if name.startswith("Gemini")]
    found = fit.fit(frame, heads, list(heads), 348, models)
    assert list(found.widths) == ["test", *models[:3]] and sum(found.widths.values()) <= 348


def test_a_wide_table_cuts_no_short_term_and_leaves_a_button_its_margin() -> None:
    frame = pd.DataFrame({"claim": ["x" * 60] * 3, "verdict": ["Not measurable"] * 3, "vendor": ["Hugging Face"] * 3})
    columns = {
        "claim": HEAD.TextColumn("Claim", pinned=True),
        "verdict": HEAD.TextColumn("Verdict"),
        "vendor": HEAD.TextColumn("Vendor"),
    }
    wide = fit.fit(frame, columns, list(columns), 640).widths
    assert wide["verdict"] >= fit.text_width("Not measurable")
    buttons = fit.fit(frame, columns, list(columns), 640, (), {"vendor"}).widths
    assert buttons["vendor"] - wide["vendor"] >= 20
