"""The section for a buyer on its own: the answer, choices, tables, languages, boards without costs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from harness.analysis.likeness.portfolios.selection import HeldOut
from harness.i18n.translator import Translator
from harness.market.alike.partner import Partner
from harness.site.likeness.buyer import bought, sentences
from tests.market import item_boards, priced_items
from tests.site.conftest import table, texts

SCRIPT = """
from harness.i18n.translator import Translator
from harness.market.alike.item_likeness import item_likeness
from harness.site.likeness.buyer import buyer
from harness.site.server import view

seen = view.in_language(Translator("{language}"))
buyer.show(seen, item_likeness(seen, {benchmarks}, {models}))
"""
Section = Callable[..., AppTest]


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return priced_items.build(tmp_path_factory.mktemp("priced"))


@pytest.fixture(scope="module")
def unpriced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return item_boards.build(tmp_path_factory.mktemp("unpriced"), priced=False)


@pytest.fixture
def section(monkeypatch: pytest.MonkeyPatch) -> Section:
    def opened(database: Path, language: str = "en", models: str = "[]", **choices: str) -> AppTest:
        monkeypatch.setenv("LANDSCAPE_DB", str(database))
        script = SCRIPT.format(language=language, benchmarks="[]", models=models)
        at = AppTest.from_string(script, default_timeout=60)
        for key, value in choices.items():
            at.query_params[key] = value
        return at.run()

    return opened


def test_the_answer_comes_first_and_names_partner_and_cost(section: Section, priced: Path) -> None:
    at = section(priced)
    assert not at.exception
    said = texts(at)
    title = next(line for line in said.splitlines() if line.startswith("## "))
    plain = title.replace("\\", "")
    assert plain.startswith("## A second model next to One solves 10 more of 60 tasks (")
    assert plain.endswith('; the best partner is Max, the "large", at $0.60 a task')
    assert "9 of 60 tasks no model solves; 11 only one model solves" in said.replace("\\", "")
    rows = table(at, "names")
    assert 'Max, the "large" + nobody/else + One' in set(rows["names"])
    linked = table(at, "whose")
    assert linked["link"].str.startswith("https://github.com/acme/tools/pull/").all()
    assert set(linked["whose"]) == {"nobody", 'Max, the "large"', "nobody/else"}


def test_choices_change_the_answer(section: Section, priced: Path) -> None:
    at = section(priced, next_to="Two", without='Max, the "large"')
    assert not at.exception
    assert "next to Two" in texts(at) and "Max" not in texts(at).split("##")[1]
    at = section(priced)
    at.toggle(key="priced").set_value(True).run()
    assert not at.exception and "nobody/else" not in set(table(at, "whose")["whose"])
    at.multiselect(key="without").set_value(["acme/one"]).run()
    assert not at.exception and at.info[0].value == "A portfolio takes two models that answered the same tasks."


def test_a_board_without_costs_shows_the_gain_alone(section: Section, unpriced: Path) -> None:
    at = section(unpriced)
    assert not at.exception
    title = next(line for line in texts(at).splitlines() if line.startswith("## "))
    assert "$" not in title and "second model" in title
    assert table(at, "names")["cost"].isna().all()


def test_chinese_says_it_too_and_two_models_are_enough(section: Section, priced: Path) -> None:
    at = section(priced, language="zh")
    assert not at.exception and "最佳搭档是" in texts(at) and "没有模型解出" in texts(at)
    at = section(priced, models="['acme-two', 'bigco-max']")
    assert not at.exception and "next to Two" in texts(at)


@pytest.mark.parametrize(
    ("gain_low", "corrected", "cost", "said"),
    [(0.1, 0.2, 0.5, "A second model next to A solves 3 more of 10 tasks (1 to 5); the best partner is B, at $0.50 a task"),
     (0.1, -0.1, 0.5, "No second model can be shown to solve more than A alone: the best, B, solves 3 more of 10 tasks (1 to 5); "
      "but B first and A where it fails costs $0.50 a task instead of $1.00"),
     (0.0, 0.2, 2.0, "No second model can be shown to solve more than A alone; the best, B, solves 3 more of 10 tasks (0 to 5)"),
     (0.1, 0.2, float("nan"), "A second model next to A solves 3 more of 10 tasks (1 to 5); the best partner is B")],
)  # fmt: skip
def test_a_gain_is_said_only_where_it_is_more_than_chance_and_luck(
    gain_low: float, corrected: float, cost: float, said: str
) -> None:
    row = {
        "partner": "b",
        "gain": 0.3,
        "gain_low": gain_low,
        "gain_high": 0.5,
        "cost": cost,
        "cost_low": cost,
        "cost_high": cost,
    }
    partner = Partner("a", 1.0, pd.DataFrame([row]), HeldOut(0, 0.3, corrected, 0.3 - corrected, 1.0))
    here = SimpleNamespace(models={"a": "A", "b": "B"}, items=10, tasks=lambda share: round(share * 10))
    view = SimpleNamespace(say=Translator("en"))
    assert sentences.finding(view, here, partner) == said  # type: ignore[arg-type]


def test_two_runs_of_one_model_keep_their_labels() -> None:
    class Known:
        def frame(self, name: str) -> pd.DataFrame:
            return pd.DataFrame({"model_id": ["m", "o"], "name": ["Model", "Other"]})

    class Measured:
        models = pd.DataFrame({"label": ["m · low", "m · high", "o", "p"], "model_id": ["m", "m", "o", None]})

    assert bought.model_names(Known(), Measured()) == {  # type: ignore[arg-type]
        "m · low": "m · low", "m · high": "m · high", "o": "Other", "p": "p"
    }  # fmt: skip
