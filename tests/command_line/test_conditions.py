"""Conditions on a model: which command has them as options, and what each becomes in the wish."""

from __future__ import annotations

import datetime as dt

import pytest
import typer

from harness.command_line.conditions import Conditions, wish, with_conditions
from harness.market.choice.wish import Wish


def test_a_command_takes_each_condition_as_an_option_in_the_place_of_all() -> None:
    seen = []
    app = typer.Typer(add_completion=False)

    @app.command()
    @with_conditions
    def command(before: str = "b", conditions: Conditions = Conditions(), after: int = 1) -> None:  # noqa: B008
        seen.append((before, conditions, after))

    options = [o.opts[0] for o in typer.main.get_command(app).params]
    assert options[:4] == ["--before", "--budget", "--budget-per-task", "--ratio"] and options[-1] == "--after"
    app(["--open", "--bits", "4", "--country", "CN", "--after", "2"], standalone_mode=False)
    assert seen == [("b", Conditions(open_weights=True, bits=4, country="CN"), 2)]


def test_a_wish_has_all_conditions() -> None:
    asked = Conditions(
        budget=2.0, ratio=4.0, open_weights=True, licence="permissive", language="zh", country="CN,US",
        host_country="DE", context=8000, modality="image", memory=80.0, bits=8,
    )  # fmt: skip
    assert wish("mathematics", asked, "2026-01-31") == Wish(
        "mathematics", budget=2.0, ratio=4.0, open_weights=True, licence="permissive", language="zh",
        countries=("CN", "US"), hosts=("DE",), context=8000, modalities=("image",), memory=80.0, bits=8,
        since=dt.date(2026, 1, 31),
    )  # fmt: skip
    assert wish("mathematics", Conditions(budget_per_task=0.5)) == Wish("mathematics", budget_per_task=0.5)


@pytest.mark.parametrize(
    "asked", [Conditions(budget=1.0), Conditions(licence="permissive"), Conditions(bits=4), Conditions(budget=0.0)]
)
def test_conditions_need_a_task(asked: Conditions) -> None:
    with pytest.raises(typer.BadParameter, match="need the task"):
        wish(None, asked)


def test_nothing_is_asked_without_conditions() -> None:
    assert wish(None, Conditions()) is None
    with pytest.raises(typer.BadParameter, match="need the task"):
        wish(None, Conditions(), "2026-01-31")
