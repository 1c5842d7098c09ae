"""The page Choose a model: the answer first, the lists after it, the choice in the URL."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from harness.i18n.translator import Translator
from harness.market.choice.wish import Wish
from harness.site.choice import asking, next_steps, results
from tests.site.conftest import Open, table, texts

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from harness.site.server.view import View


def test_the_answer_stands_above_all(site: Open, filled: Path) -> None:
    at = site(filled, "choose")
    assert not at.exception and not at.error
    assert "For Coding agent" in at.markdown[0].value
    assert "harness choose --for coding-agent" in texts(at)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first three models that the database has scores of are known for the task; the second is level with the first."""
    asked = results.rows

    def rows(view: View, wish: Wish) -> pd.DataFrame:
        out = asked(view, wish)
        out = out[out["scored"].astype(bool)].head(3).reset_index(drop=True)
        return out.assign(standing="known", suitability=[0.9, 0.8, 0.6], low=[0.85, 0.7, 0.55], high=[0.95, 0.9, 0.65],
                          behind=[0.0, 0.1, 0.3], behind_low=[0.0, -0.02, 0.2], behind_high=[0.0, 0.22, 0.4],
                          within_leader=[True, True, False], evidence=2.0, tests=7.0, price=[9.0, 1.0, 3.0],
                          list_price=[9.0, 1.0, 3.0], provider_kind="vendor", provider="X", open_weights=[False, False, True],
                          as_of=pd.Timestamp("2026-01-02"), unknown=[()] * 3)  # fmt: skip

    monkeypatch.setattr(results, "rows", rows)


def test_the_answer_offers_a_few_models_each_with_its_reasons(site: Open, filled: Path, known: None) -> None:
    at = site(filled, "choose")
    assert not at.exception and not at.error
    said = texts(at).replace("\\", "")
    for reason in ("Best for the task", "Cheapest within its margin of error", "Best with open weights"):
        assert reason in said
    assert "Expected to solve 80% of the task’s tests (70–90%); 2 of 7 reported." in said
    assert "10 points behind the best (−2 to 22): within the margin of error." in said
    assert "30 points behind the best (20 to 40): beyond the margin of error." in said
    assert "$1.00 per million tokens" in said


def _below(at: AppTest) -> dict[str, Any]:
    return {part.label: part for part in at.expander if not part.label.startswith("More conditions")}


def test_what_stands_below_the_answer_is_closed_and_has_a_text_for_paper(site: Open, filled: Path, known: None) -> None:
    below = _below(site(filled, "choose"))
    assert {"Known for the task", "What the task consists of", "Report and command"} <= set(below)
    assert not any(part.proto.expanded for part in below.values())
    for label in ("Known for the task", "What the task consists of"):
        tables = [html.proto.body for html in below[label].get("html") if 'class="paper"' in html.proto.body]
        assert len(tables) == 1  # a closed table is not drawn


def test_a_link_that_chooses_columns_opens_the_list_that_has_them(site: Open, filled: Path, known: None) -> None:
    assert _below(site(filled, "choose", columns="task"))["Known for the task"].proto.expanded


def test_conditions_in_the_url_are_asked(site: Open, filled: Path) -> None:
    at = site(filled, "choose", task="Mathematics", budget="0.5", licence="Open weights", memory="80")
    assert not at.exception and not at.error
    assert "at most $0.50 per million tokens" in at.markdown[0].value.replace("\\", "")
    assert "--for mathematics --budget 0.5" in texts(at)


def test_what_is_no_number_or_date_is_said_and_asks_nothing(site: Open, filled: Path) -> None:
    at = site(filled, "choose", budget="cheap", since="soon")
    assert not at.exception and not at.error
    assert "cheap is no number" in texts(at) and "soon is no date" in texts(at)
    assert "--budget" not in texts(at) and "--since" not in texts(at)


@pytest.mark.parametrize("text", ["1,000", "1.000", "1_000", "２", "-1", "inf"])
def test_figures_of_several_readings_ask_nothing(site: Open, filled: Path, text: str) -> None:
    at = site(filled, "choose", budget=text)
    assert "is no number" in texts(at) and "--budget" not in texts(at)


@pytest.mark.parametrize(("text", "value"), [("0,123456789", "0.123456789"), ("0.125", "0.125"), ("$12.5", "12.5")])
def test_a_decimal_comma_is_a_point_and_no_digit_is_lost(site: Open, filled: Path, text: str, value: str) -> None:
    assert f"--budget {value}" in texts(site(filled, "choose", budget=text))


def test_the_page_says_no_more_than_its_texts(site: Open, filled: Path) -> None:
    """Streamlit writes bare strings of a page's file onto the page."""
    at = site(filled, "choose")
    assert not [m.value for m in at.markdown if "Models that a report on a choice covers" in m.value]
    assert "{" not in texts(at).replace("\\{", "")


def test_the_task_shows_its_tests_with_weights(site: Open, filled: Path) -> None:
    rows = table(site(filled, "choose", task="Mathematics"), "on_scale")
    assert list(rows["test"])[:1] == ["FrontierMath"] and {"weight", "benchmarks", "models"} <= set(rows.columns)


def test_the_page_is_chinese_in_chinese(site: Open, filled: Path) -> None:
    at = site(filled, "choose", lang="中文")
    assert not at.exception and not at.error
    assert at.title[0].value == "选择模型"


def test_an_empty_market_says_what_comes_here(site: Open, bare: Path) -> None:
    at = site(bare, "choose")
    assert not at.exception
    assert "harness" in texts(at)


def test_the_command_asks_what_the_page_asks() -> None:
    wish = Wish("chat", budget=0.5, open_weights=True, countries=("CN", "US"), memory=80.0, bits=4)
    assert asking.command(wish) == "--for chat --budget 0.5 --open --country CN,US --memory 80 --bits 4"


def test_what_many_ask_is_one_click(site: Open, filled: Path) -> None:
    for choices in next_steps.QUESTIONS.values():
        at = site(filled, "choose", **choices)
        assert not at.exception and not at.error
        assert not [c.value for c in at.caption if "asks nothing" in c.value]
    at = site(filled, "choose", **next_steps.QUESTIONS["service"])
    assert "--for chinese-customer-service --budget 0.5" in texts(at)


def _linked(known: pd.DataFrame) -> dict[str, dict[str, list[str]]]:
    """Pages that ``next_steps.onward`` of these rows links to, with the choices in each address."""
    seen: dict[str, dict[str, list[str]]] = {}

    def link(view: object, page: str, label: str, icon: str, /, **choices: list[str]) -> None:
        seen[page] = choices

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(next_steps.blocks, "page_link", link)
        next_steps.onward(SimpleNamespace(say=Translator("en")), known, 10)  # type: ignore[arg-type]
    return seen


def test_the_answer_leads_to_head_to_head_and_to_a_report() -> None:
    names = [f"m{i}" for i in range(12)]
    known = pd.DataFrame({"product_id": names, "model": names, "within_leader": [i in (0, 5) for i in range(12)],
                          "price": [9.0, *range(1, 12)]})  # fmt: skip
    pages = _linked(known)
    assert pages["head_to_head"] == {
        "models": ["m0", "m5", "m1"]
    }  # the cheapest that cannot be told from the first is among them
    assert pages["reports"] == {"r_models": names[:10]}
    assert set(_linked(known.head(1))) == {"reports"} and _linked(known.head(0)) == {}
